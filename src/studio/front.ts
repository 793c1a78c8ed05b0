/** What is asked first: may they come in, and do they want the page or the interface? The interface is loaded behind it. */

import { Hono } from "hono";
import { type Access, admit, secured } from "./access.ts";
import { answer } from "./answers.ts";
import { page } from "./page.ts";
import { refusal } from "./refused.ts";

/** @param api answers below `/api/` */
export function createFront(access: Access, api: () => Promise<Pick<Hono, "fetch">>): Hono {
  const front = new Hono();
  front.onError(refused);
  front.use(secured, admit(access));
  front.all("/api/*", async ({ req }) => (await api()).fetch(req.raw));
  front.get("*", ({ req }) => page(req.path, { ifNoneMatch: req.header("if-none-match") }));
  return front;
}

export function refused(error: unknown): Response {
  const { status, body } = refusal(error);
  return answer(body, status);
}
