// Security keys and passkeys on a page: asks the browser, puts its answer into the form and sends it.
//
// Pages load this by the `script` node of a form. The nodes with an `onclickTrigger` or `onloadTrigger` name one
// of the functions below, which are properties of `window`. It needs nothing else and keeps nothing.
(() => {
  "use strict";

  // The passkeys that are on offer while somebody types. A browser answers one question at a time.
  let offer = null;

  const toBytes = (text) => {
    const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  };

  const toText = (buffer) => {
    let binary = "";
    for (const byte of new Uint8Array(buffer)) {
      binary += String.fromCharCode(byte);
    }
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const parsed = (options) => (typeof options === "string" ? JSON.parse(options) : options);

  const keys = (list) => (list || []).map((key) => ({ ...key, id: toBytes(key.id) }));

  // Options come as JSON; browsers want bytes.
  const creation = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: keys(options.excludeCredentials),
  });

  const request = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: keys(options.allowCredentials),
  });

  const registration = (credential) =>
    JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: {
        attestationObject: toText(credential.response.attestationObject),
        clientDataJSON: toText(credential.response.clientDataJSON),
        transports: credential.response.getTransports ? credential.response.getTransports() : [],
      },
    });

  const assertion = (credential) => {
    const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: {
        authenticatorData: toText(authenticatorData),
        clientDataJSON: toText(clientDataJSON),
        signature: toText(signature),
        userHandle: userHandle ? toText(userHandle) : "",
      },
    });
  };

  const field = (name) => document.querySelector(`*[name="${name}"]`);

  const isSupported = () => {
    const supported = Boolean(window.PublicKeyCredential && navigator.credentials);
    if (!supported) {
      window.alert("This browser supports neither security keys nor passkeys.");
    }
    return supported;
  };

  const withdrawOffer = () => {
    offer?.abort();
    offer = null;
  };

  // Who closes the dialogue of the browser has changed their mind; all else is worth a word.
  const tell = (error) => {
    console.error(error);
    if (error.name !== "AbortError" && error.name !== "NotAllowedError") {
      window.alert(error.message);
    }
  };

  // The method of a button that is not pressed has to come along in a field.
  const send = (input, method, value) => {
    input.value = value;
    const form = input.closest("form");
    if (!form) {
      return;
    }
    if (method) {
      let chosen = form.querySelector('input[type="hidden"][name="method"]');
      if (!chosen) {
        chosen = document.createElement("input");
        chosen.type = "hidden";
        chosen.name = "method";
        form.append(chosen);
      }
      chosen.value = method;
    }
    form.submit();
  };

  const make = async (options, name, method) => {
    const input = field(name);
    if (!input || !isSupported()) {
      return;
    }
    withdrawOffer();
    try {
      const credential = await navigator.credentials.create({ publicKey: creation(options.publicKey) });
      send(input, method, registration(credential));
    } catch (error) {
      tell(error);
    }
  };

  const show = async (options, name, method) => {
    const input = field(name);
    if (!input || !isSupported()) {
      return;
    }
    withdrawOffer();
    try {
      const credential = await navigator.credentials.get({ publicKey: request(options.publicKey) });
      send(input, method, assertion(credential));
    } catch (error) {
      tell(error);
    }
  };

  const optionsIn = (name) => {
    const input = field(name);
    return input && input.value ? JSON.parse(input.value) : null;
  };

  // Adds a security key, to an account or with a new one. `options` come with the button.
  window.oryWebAuthnRegistration = (options) => make(parsed(options), "webauthn_register", null);

  // Shows a security key.
  window.oryWebAuthnLogin = (options) => show(parsed(options), "webauthn_login", "webauthn");

  // Shows a passkey.
  window.oryPasskeyLogin = async () => {
    const options = optionsIn("passkey_challenge");
    if (options) {
      await show(options, "passkey_login", "passkey");
    }
  };

  // Offers passkeys among what the browser fills into the field for the identifier.
  window.oryPasskeyLoginAutocompleteInit = async () => {
    const options = optionsIn("passkey_challenge");
    const input = field("passkey_login");
    const canOffer = window.PublicKeyCredential?.isConditionalMediationAvailable;
    if (!options || !input || !canOffer || !(await window.PublicKeyCredential.isConditionalMediationAvailable())) {
      return;
    }
    withdrawOffer();
    const mine = new AbortController();
    offer = mine;
    try {
      const credential = await navigator.credentials.get({
        publicKey: request(options.publicKey),
        mediation: "conditional",
        signal: mine.signal,
      });
      send(input, "passkey", assertion(credential));
    } catch (error) {
      // Nobody has asked for this, so nobody is bothered.
      if (error.name !== "AbortError") {
        console.warn(error);
      }
    }
  };

  // Makes the passkey of a new account, which the authenticator shows under what was typed.
  window.oryPasskeyRegistration = async () => {
    const data = optionsIn("passkey_create_data");
    if (!data) {
      return;
    }
    const { user } = data.credentialOptions.publicKey;
    const names = data.displayNameFieldNames || [data.displayNameFieldName];
    const typed = names.map((name) => field(name)?.value).find((value) => value);
    if (typed) {
      user.name = typed;
      user.displayName = typed;
    }
    await make(data.credentialOptions, "passkey_register", "passkey");
  };

  // Adds a passkey to an account.
  window.oryPasskeySettingsRegistration = async () => {
    const options = optionsIn("passkey_create_data");
    if (options) {
      await make(options, "passkey_settings_register", "passkey");
    }
  };
})();
