//! A headless Chromium and what a person does with it. Whatever is looked for is waited for.

use std::{
    future::Future,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator, elements::Element, key::Key, wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::server::free_port;

const PATIENCE: Duration = Duration::from_secs(15);

/// Size and colours of the screen.
#[derive(Clone, Copy)]
pub enum Look {
    Desktop,
    Phone,
}

/// One browser with an empty profile, and the driver that steers it.
pub struct Browser {
    client: Client,
    driver: Driver,
}

struct Driver(Child);

/// The command of WebAuthn section 11.3.
#[derive(Debug)]
struct PlugInAuthenticator;

impl WebDriverCompatibleCommand for PlugInAuthenticator {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (reqwest::Method, Option<String>) {
        let kind = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true,
        });
        (reqwest::Method::POST, Some(kind.to_string()))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// Starts a browser. The phone also prefers dark colours, so that both looks are seen.
    pub async fn open(look: Look) -> Self {
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed by `contrib/test browser`");
        let driver = Driver(driver);
        let begin = Instant::now();
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities(look));
            match builder.connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(_) if begin.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(error) => panic!("no browser session: {error}"),
            }
        };
        Self { client, driver }
    }

    /// Plugs in an authenticator that knows its owner, who always agrees.
    pub async fn plug_in_authenticator(&self) {
        self.client.issue_cmd(PlugInAuthenticator).await.expect("an authenticator");
    }

    /// Ends the browser, then its driver.
    pub async fn close(self) {
        self.client.close().await.expect("close the browser");
        drop(self.driver);
    }

    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.expect("open a page");
    }

    pub async fn url(&self) -> String {
        self.client.current_url().await.expect("the address of the page").into()
    }

    pub async fn title(&self) -> String {
        self.client.title().await.expect("the title of the page")
    }

    pub async fn find(&self, css: &str) -> Element {
        self.find_within(css, PATIENCE).await
    }

    pub async fn find_within(&self, css: &str, patience: Duration) -> Element {
        match self.client.wait().at_most(patience).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("`{css}` is not on the page: {error}\n{}", self.state().await),
        }
    }

    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("a text")
    }

    pub async fn value(&self, name: &str) -> String {
        self.field(name).await.prop("value").await.expect("a value").unwrap_or_default()
    }

    async fn field(&self, name: &str) -> Element {
        self.find(&format!("input[name='{name}']:not([type=hidden])")).await
    }

    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.field(name).await;
        field.clear().await.expect("clear the field");
        field.send_keys(text).await.expect("type into the field");
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("click");
    }

    pub async fn press_button(&self, name: &str, value: &str) {
        self.click(&format!("button[type=submit][name='{name}'][value='{value}']")).await;
    }

    /// Waits for a message of the server, by its number.
    pub async fn wait_for_message(&self, id: &str) {
        self.find(&format!("[data-message='{id}']")).await;
    }

    pub async fn wait_for_path(&self, path: &str) {
        self.wait_until(&format!("the page is {path}"), || self.is_at(path)).await;
    }

    pub async fn wait_until_gone_from(&self, path: &str) {
        self.wait_until(&format!("{path} is left"), async || !self.is_at(path).await).await;
    }

    /// Waits until nothing on the page matches, because it changed or another one came.
    pub async fn wait_until_gone(&self, css: &str) {
        let script = format!("return !document.querySelector('{css}')");
        self.wait_until(&format!("`{css}` is gone"), async || self.script(&script).await == true).await;
    }

    async fn is_at(&self, path: &str) -> bool {
        self.client.current_url().await.is_ok_and(|url| url.path() == path)
    }

    /// Waits until the field of this name has the focus.
    pub async fn wait_for_focus(&self, name: &str) {
        self.wait_until(&format!("`{name}` has the focus"), async || {
            self.script("return document.activeElement?.name ?? ''").await == name
        })
        .await;
    }

    /// Waits until the focus is on an error, be it the summary or a field.
    pub async fn wait_for_focused_error(&self) {
        let script = "const at = document.activeElement;
            return Boolean(at && (at.getAttribute('aria-invalid') === 'true' || at.querySelector('.error')) && at !== document.body)";
        self.wait_until("an error has the focus", async || self.script(script).await == true).await;
    }

    /// Types to whatever has the focus: `\n` is the Enter key and `\t` the Tab key.
    pub async fn type_text(&self, text: &str) {
        let enter = char::from(Key::Enter).to_string();
        let tab = char::from(Key::Tab).to_string();
        let keys = text.replace('\n', &enter).replace('\t', &tab);
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(&keys).await.expect("type");
    }

    /// Lets the server judge what the browser would not even send.
    pub async fn switch_off_form_checks(&self) {
        self.script("document.forms[0].noValidate = true").await;
    }

    /// Walks through the page with the Tab key and compares with all controls in the order of the document.
    /// Each stop has to show that it is one.
    pub async fn assert_tab_order_is_document_order(&self) {
        let expected =
            self.script(&format!("{TAB_STOPS}; stops()[1].focus(); return stops().map(name)")).await;
        let expected = expected.as_array().expect("a list of controls").clone();
        assert!(expected.len() > 2, "there are controls to walk through");
        // Arriving at the first stop by a key, because a focus set by a script need not be shown.
        let back = format!("{}{}", char::from(Key::Shift), char::from(Key::Tab));
        self.client.active_element().await.expect("the second stop").send_keys(&back).await.expect("go back");
        for stop in &expected {
            let here =
                self.script(&format!("{TAB_STOPS}; return [name(document.activeElement), ring()]")).await;
            assert_eq!(here[0], *stop, "the next stop of the Tab key, of {expected:?}");
            assert_eq!(here[1], true, "{stop} shows that it has the focus");
            self.type_text("\t").await;
        }
    }

    /// Checks the page for what people with assistive technology need.
    pub async fn audit(&self, page: &str) {
        let problems = self.script(include_str!("audit.js")).await;
        assert_eq!(problems, json!([]), "accessibility of {page}");
    }

    async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_default()
    }

    async fn wait_until<F: Future<Output = bool>>(&self, what: &str, condition: impl Fn() -> F) {
        let begin = Instant::now();
        while !condition().await {
            assert!(begin.elapsed() < PATIENCE, "waited in vain until {what}\n{}", self.state().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What to know about the page when a test fails.
    async fn state(&self) -> String {
        let text = self.script("return document.body?.innerText ?? ''").await;
        format!("at {}:\n{}", self.url().await, text.as_str().unwrap_or_default())
    }
}

/// All controls that the Tab key has to stop at, and how to name one.
const TAB_STOPS: &str = "
    const stops = () => [...document.querySelectorAll('a[href], button, input, select')]
        .filter((one) => !one.disabled && one.type !== 'hidden' && one.checkVisibility());
    const name = (one) => [one.tagName, one.name ?? '', one.textContent].join(' ').trim();
    const ring = () => getComputedStyle(document.activeElement).outlineStyle !== 'none';";

fn capabilities(look: Look) -> serde_json::Map<String, Value> {
    let mut arguments = vec![
        "--headless=new",
        "--no-sandbox", // containers seldom have user namespaces
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
    ];
    let mut options = json!({});
    if matches!(look, Look::Phone) {
        arguments.push("--blink-settings=preferredColorScheme=0");
        let screen = json!({ "width": 390, "height": 844, "pixelRatio": 3.0, "touch": true, "mobile": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": screen });
    }
    options["args"] = json!(arguments);
    let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
    capabilities.as_object().cloned().unwrap_or_default()
}
