// The published client as native apps, single-page apps and browsers use it, against the servers under test.

import * as ory from "@ory/kratos-client";
import axios from "axios";

import { equal, match } from "./check.mjs";

/** Every operation that a story called, as `FrontendApi.toSession`. */
export const called = new Set();

/** Notes down what is called; changes nothing. */
function recorded(api) {
  return new Proxy(api, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (!Object.hasOwn(target.constructor.prototype, name)) return member;
      return (...parameters) => {
        called.add(`${target.constructor.name}.${name}`);
        return member.apply(target, parameters);
      };
    },
  });
}

/** An HTTP client that keeps cookies, as a browser does. */
function withCookies(defaults) {
  const cookies = new Map();
  const http = axios.create(defaults);
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  http.interceptors.request.use((request) => {
    if (cookies.size) request.headers.set("Cookie", header());
    return request;
  });
  const keep = (answer) => {
    for (const line of answer?.headers["set-cookie"] ?? []) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/max-age=(0|-\d+)/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
  };
  http.interceptors.response.use(
    (answer) => (keep(answer), answer),
    (error) => (keep(error.response), Promise.reject(error)),
  );
  return { http, header };
}

/** One server: its APIs as `admin` services, and clients of the three kinds. */
export class Server {
  constructor(publicUrl, adminUrl) {
    const api = (Api, url) => recorded(new Api(new ory.Configuration({ basePath: url })));
    const withJar = (defaults) => {
      const { http, header } = withCookies(defaults);
      const frontend = new ory.FrontendApi(new ory.Configuration({ basePath: publicUrl }), undefined, http);
      return recorded(Object.assign(frontend, { cookies: header }));
    };
    this.publicUrl = publicUrl;
    this.adminUrl = adminUrl;
    this.identities = api(ory.IdentityApi, adminUrl);
    this.courier = api(ory.CourierApi, adminUrl);
    this.metadata = api(ory.MetadataApi, adminUrl);
    this.publicMetadata = api(ory.MetadataApi, publicUrl);
    this.schemas = api(ory.IdentityApi, publicUrl);
    /** Sends tokens and no cookies. */
    this.native = api(ory.FrontendApi, publicUrl);
    /** Asks for JSON and keeps cookies; `.cookies()` is what it would send. */
    this.spa = () => withJar({});
    /** Asks for pages, posts forms, keeps cookies, and does not follow redirects. */
    this.browser = () => withJar({ maxRedirects: 0, validateStatus: (status) => status < 400 });
  }

  /** The newest letter to somebody. */
  async letter(recipient) {
    const { data: list } = await this.courier.listCourierMessages({ recipient, pageSize: 1 });
    equal(list.length, 1, `no letter for ${recipient}`);
    return (await this.courier.getCourierMessage({ id: list[0].id })).data;
  }

  /** The code in the newest letter to somebody. */
  async code(recipient) {
    return (await this.letter(recipient)).body.match(/\d{6}/)[0];
  }

  /** The link in the newest letter to somebody. */
  async link(recipient) {
    const { body } = await this.letter(recipient);
    match(body, /https?:\S+token=/);
    return body.match(/https?:[^\s"<>]+token=[^\s"<>]+/)[0].replaceAll("&amp;", "&");
  }

  /** An account that an administrator made. */
  async member(more = {}) {
    const person = somebody();
    const { data: identity } = await this.identities.createIdentity({
      createIdentityBody: {
        schema_id: "email",
        traits: { email: person.email },
        credentials: { password: { config: { password: person.password } } },
        verifiable_addresses: [{ value: person.email, via: "email", verified: true, status: "completed" }],
        ...more,
      },
    });
    return { ...person, identity };
  }

  /** Signs in with tokens: the session and its token. */
  async signIn({ email, password }) {
    const { data: flow } = await this.native.createNativeLoginFlow();
    const updateLoginFlowBody = { method: "password", identifier: email, password };
    return (await this.native.updateLoginFlow({ flow: flow.id, updateLoginFlowBody })).data;
  }

  /** Signs in with cookies: a single-page app, or a browser, with a session. */
  async signedIn({ email, password }, client = this.spa()) {
    const { data: flow } = await client.createBrowserLoginFlow();
    const updateLoginFlowBody = { method: "password", identifier: email, password, csrf_token: token(flow) };
    await client.updateLoginFlow({ flow: flow.id, updateLoginFlowBody });
    return client;
  }
}

let people = 0;

/** An address that nobody has, and a password. */
export function somebody() {
  people += 1;
  const email = `person-${Date.now()}-${process.pid}-${people}@example.test`;
  return { email, password: "a mouse in the house 9" };
}

/** The anti-forgery token of a form. */
export function token({ ui }) {
  return ui.nodes.find((node) => node.attributes.name === "csrf_token").attributes.value;
}

/** A code that is not this one. */
export function otherThan(code) {
  return code === "000000" ? "111111" : "000000";
}

/** Options of a call that asks for a page instead of JSON. */
export const page = { headers: { Accept: "text/html" } };

/** Options of a call that posts a form as pages do. */
export const form = { headers: { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded" } };

export const unknownId = "00000000-0000-4000-8000-000000000000";
