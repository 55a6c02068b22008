// What the stories look at: statuses, ids of errors, ids of messages, fields of forms.

import assert from "node:assert/strict";

export const { deepEqual, equal, match, notEqual, ok } = assert;

/** The body of an answer that has to be a refusal with this status. */
export async function refused(status, call) {
  const answer = await call.then(
    ({ status }) => assert.fail(`the answer was ${status}`),
    (error) => error.response ?? Promise.reject(error),
  );
  equal(answer.status, status, JSON.stringify(answer.data));
  return answer.data;
}

/** The same for errors, which tell their status, an id if they have one, and a message. Gives the whole body. */
export async function refusedAs(status, id, call) {
  const body = await refused(status, call);
  equal(body.error.code, status);
  equal(body.error.id, id);
  ok(body.error.status && body.error.message, JSON.stringify(body));
  return body;
}

/** The ids of all messages of a form, also of those at its fields. */
export function messages({ ui }) {
  return [...(ui.messages ?? []), ...ui.nodes.flatMap((node) => node.messages)].map((message) => message.id);
}

/** The ids of the messages at one field. */
export function messagesAt(flow, name) {
  return field(flow, name).messages.map((message) => message.id);
}

/** A field of a form. */
export function field({ ui }, name) {
  const found = ui.nodes.find((node) => node.attributes.name === name);
  return found ?? assert.fail(`no field ${name} among ${ui.nodes.map((node) => node.attributes.name)}`);
}

/** Whether a form offers a method by a button. */
export function offers({ ui }, method) {
  return ui.nodes.some(({ attributes: { name, value } }) => name === "method" && value === method);
}

/** What follows a flow: the item with this action. */
export function next(body, action) {
  const found = body.continue_with?.find((item) => item.action === action);
  return found ?? assert.fail(`no ${action} in ${JSON.stringify(body.continue_with)}`);
}

/** The member of a query string. */
export function query(url, name) {
  return new URL(url).searchParams.get(name);
}
