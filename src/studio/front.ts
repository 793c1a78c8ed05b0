/** What is asked first: may they come in, and do they want the page or the interface? The interface is loaded behind it. */

import { Hono, type MiddlewareHandler } from "hono";
import { type Access, admit, secured } from "./access.ts";
import { answer } from "./answers.ts";
import { page } from "./page.ts";
import { refusal } from "./refused.ts";

/** @param api answers below `/api/` */
export function createFront(access: Access, api: () => Promise<Pick<Hono, "fetch">>): Hono {
  const front = new Hono();
  front.onError(refused);
  front.use(bodiless, secured, admit(access));
  front.all("/api/*", async ({ req: { method, raw } }) =>
    (await api()).fetch(method === "HEAD" ? new Request(raw.url, { headers: raw.headers }) : raw),
  );
  front.get("*", ({ req }) => page(req.path, { ifNoneMatch: req.header("if-none-match") }));
  return front;
}

/** HEAD is answered as GET is; nobody reads what would follow, so files and streams are closed here. */
const bodiless: MiddlewareHandler = async (context, next) => {
  await next();
  if (context.req.method === "HEAD") await context.res.body?.cancel();
};

export function refused(error: unknown): Response {
  const { status, body } = refusal(error);
  return answer(body, status);
}
