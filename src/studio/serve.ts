/** The studio on a port. */

import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { BetalabError } from "../base/errors.ts";
import { once } from "../base/once.ts";
import { isLoopback } from "./access.ts";
import { checkFolder, type StudioOptions } from "./folder.ts";
import { createFront } from "./front.ts";

export interface ServeOptions extends StudioOptions {
  /** Default: 127.0.0.1. Anything but this machine itself makes a token necessary. */
  readonly host?: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface ServedStudio {
  /** With the token, where one is needed. */
  readonly url: string;
  /** Resolves once all is loaded. Rejects as `loadWorkbench` does. */
  readonly ready: Promise<unknown>;
  /** Stops serving; what runs goes on. Resolves to how much of the queue runs and waits. */
  close(): Promise<{ readonly running: number; readonly queued: number }>;
}

/** Throws BetalabError "usage" naming a port or a host that can't be had. */
export async function serveStudio(options: ServeOptions): Promise<ServedStudio> {
  const { host = "127.0.0.1", port, readOnly = false } = options;
  checkFolder(options.folder);
  const token = isLoopback(host) ? undefined : randomBytes(24).toString("base64url");
  // The page is there at once, its table when the runs have been read, and what starts anything when the workbench is loaded.
  const opened = once(async () => {
    const { Studio } = await import("./studio.ts");
    const studio = new Studio(options);
    return { studio, read: studio.start() };
  });
  const workshop = once(async () => {
    const { studio, read } = await opened();
    await read;
    const [{ openWorkshop }, { workshopRoutes }] = await Promise.all([
      import("./workshop.ts"),
      import("./workshop-routes.ts"),
    ]);
    return workshopRoutes(await openWorkshop(studio, options));
  });
  const api = once(async () => {
    const [{ createApi }, { studio }] = await Promise.all([import("./app.ts"), opened()]);
    return createApi(studio, workshop);
  });
  const { fetch } = createFront({ host, token, readOnly }, api);
  const { server, port: taken } = await listen(fetch, host, port);
  const ready = workshop();
  ready.catch(() => {}); // Whoever waits for it is told.
  const named = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${named}:${taken}/${token === undefined ? "" : `?token=${token}`}`,
    ready,
    async close() {
      const { studio } = await opened();
      const entries = studio.scheduler.entries();
      studio.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      const count = (wanted: string): number => entries.filter(({ status }) => status === wanted).length;
      return { running: count("running"), queued: count("queued") };
    },
  };
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port, overrideGlobalObjects: false }, (at) =>
      resolve({ server: server as Server, port: at.port }),
    );
    server.on("error", (error: NodeJS.ErrnoException) => {
      const why = { EADDRINUSE: "is in use", EACCES: "needs more rights" }[error.code ?? ""];
      const [problem, hint] =
        why === undefined
          ? [`\`host\` is ${hostname}: ${error.message}`, "127.0.0.1, or an address of this machine"]
          : [`\`port\` ${port} ${why}`, "`port` 0 takes a free one"];
      reject(new BetalabError("usage", problem, hint));
    });
  });
}
