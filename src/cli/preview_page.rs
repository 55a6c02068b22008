//! The page of `zelos courier preview --serve`: one message in all its forms.

use std::fmt::Write as _;

use super::SampleData;
use crate::{
    courier::{Rendered, Templates},
    identity::Channel,
    outbox::TemplateType,
};

const STYLE: &str = "body{margin:0;font:15px/1.5 system-ui,sans-serif;display:flex;min-height:100vh;color:#1c1f26;\
background:#f6f7f9}nav{width:16rem;padding:1rem;background:#fff;border-right:1px solid #dee1e8}\
nav a{display:block;padding:.25rem .5rem;border-radius:6px;color:inherit;text-decoration:none}\
nav a[aria-current]{background:#e6ecfb;font-weight:600}main{flex:1;padding:1rem 1.5rem;min-width:0}\
h2{margin:1.5rem 0 .5rem;font-size:1rem}pre{padding:1rem;background:#fff;border:1px solid #dee1e8;\
border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere}iframe{height:34rem;max-width:100%;background:#fff;\
border:1px solid #dee1e8;border-radius:8px;margin-right:1rem}label{display:block;margin-top:1rem}";

/// What the page may load. The frames that show a mail inherit it, so nothing is fetched from elsewhere.
pub const PAGE_RULES: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The page that shows `template`, or the reason why there is nothing to show.
pub fn preview_page(
    templates: Result<&Templates, &str>,
    template: TemplateType,
    data: &SampleData,
) -> String {
    let locale = data.locale.as_deref().unwrap_or_default();
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title>\
         <style>{STYLE}</style></head><body><nav><strong>Messages</strong>",
        name = template.wire_name(),
    );
    for each in TemplateType::ALL {
        let current = if each == template { " aria-current=\"page\"" } else { "" };
        let (name, locale) = (each.wire_name(), escape(locale));
        write!(page, "<a href=\"/?template={name}&amp;locale={locale}\"{current}>{name}</a>").ok();
    }
    write!(
        page,
        "<form><input type=\"hidden\" name=\"template\" value=\"{}\"><label>Language \
         <input name=\"locale\" size=\"6\" value=\"{}\"></label></form></nav><main>",
        template.wire_name(),
        escape(locale)
    )
    .ok();
    match templates {
        Ok(templates) => message(&mut page, templates, template, data),
        Err(problems) => section(&mut page, "These templates cannot be used", problems),
    }
    page.push_str("</main></body></html>");
    page
}

fn message(page: &mut String, templates: &Templates, template: TemplateType, data: &SampleData) {
    match data.render(templates, template, Channel::Email) {
        Ok(Rendered::Mail(mail)) => {
            section(page, "Subject", &mail.subject);
            if let Some(html) = &mail.html {
                page.push_str("<h2>HTML, wide and narrow</h2>");
                for width in [640, 360] {
                    let html = escape(html);
                    write!(
                        page,
                        "<iframe sandbox width=\"{width}\" title=\"HTML\" srcdoc=\"{html}\"></iframe>"
                    )
                    .ok();
                }
            }
            section(page, "Text", &mail.text);
        }
        Ok(Rendered::Sms(_)) => {}
        Err(failure) => section(page, "Mail", &failure.to_string()),
    }
    // A message without a text for telephones shows none.
    if let Ok(Rendered::Sms(text)) = data.render(templates, template, Channel::Sms) {
        section(page, "Text message", &text);
    }
}

fn section(page: &mut String, title: &str, text: &str) {
    write!(page, "<h2>{title}</h2><pre>{}</pre>", escape(text)).ok();
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::Overrides;

    #[test]
    fn a_page_shows_every_form_of_a_message() {
        let templates = Templates::compile(&Overrides::default()).unwrap();
        let data = SampleData { locale: Some("\"><script>".to_owned()), ..SampleData::default() };
        let page = preview_page(Ok(&templates), TemplateType::LoginCodeValid, &data);
        for part in
            ["<pre>482915 is your sign-in code</pre>", "srcdoc=\"&lt;!doctype", "@auth.example.com #482915"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<script>"), "what the address says is escaped");
        let broken = preview_page(Err("x.hbs:1: <wrong>"), TemplateType::LoginCodeValid, &data);
        assert!(broken.contains("x.hbs:1: &lt;wrong&gt;"));
    }
}
