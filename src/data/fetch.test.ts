import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { fixture } from "../../test/helpers/data-fixtures.ts";
import { fetchDataset as fetchFrom } from "./fetch.ts";
import type { Download, Source } from "./source.ts";
import { cars3d } from "./sources/cars3d.ts";
import { sources } from "./sources/index.ts";

const content = Uint8Array.from({ length: 50_000 }, (_, i) => i * i);
const md5 = createHash("md5").update(content).digest("hex");

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A server on this machine; `answer` gets the number of the request, from 0. */
async function serve(answer: Answer): Promise<{ home: string; requests: (string | undefined)[] }> {
  const requests: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range);
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { home: `http://127.0.0.1:${(server.address() as AddressInfo).port}/set/`, requests };
}

/** Sends the file as a good server does, ranges understood. */
const whole: Answer = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= content.length) response.writeHead(416).end();
  else {
    const ranged = from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from, ...ranged });
    response.end(content.subarray(from));
  }
};

/** Sends 20 000 bytes, then hangs up. */
const breakOff: Answer = (_, response) => {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, 20_000), () => setTimeout(() => response.destroy(), 50));
};

function request(...homes: string[]) {
  return { download: { title: "Test", homes, files: [{ name: "file.bin", md5 }] }, idleTimeout: 300 };
}

/** `fetchDataset` of a source "test" with this download. */
function fetchDataset(
  name: string,
  context: Parameters<typeof fetchFrom>[1],
  {
    download,
    ...options
  }: ReturnType<typeof request> | { download?: Download; from?: string; idleTimeout?: number } = {},
) {
  const test = { name: "test", download } as unknown as Source;
  return fetchFrom(name, context, options, download ? [test] : sources);
}

describe("fetchDataset", () => {
  it("downloads with progress, and the second time finds it there", async () => {
    const { home, requests } = await serve(whole);
    const cacheDirectory = temporaryFolder();
    const seen: { stage: string; done: number; total: number }[] = [];
    const context = { cacheDirectory, onProgress: (progress: (typeof seen)[number]) => seen.push(progress) };
    const first = await fetchDataset("test", context, request(home));
    const path = join(cacheDirectory, "datasets", "test", "file.bin");
    expect(first.files).toEqual([{ path, bytes: 50_000, state: "downloaded" }]);
    expect(Uint8Array.from(readFileSync(path))).toEqual(content);
    expect(seen.at(-1)).toEqual({ stage: "file.bin", done: 50_000, total: 50_000 });
    const second = await fetchDataset("test", context, request(home));
    expect(second.files[0]!.state).toBe("present");
    expect(requests).toHaveLength(1);
    expect(readdirSync(first.directory)).toEqual(["file.bin"]);
  });

  it("continues after a break, in the same call", async () => {
    const { home, requests } = await serve((...all) => (all[2] === 0 ? breakOff : whole)(...all));
    const { files } = await fetchDataset("test", { cacheDirectory: temporaryFolder() }, request(home));
    expect(requests).toEqual([undefined, "bytes=20000-"]);
    expect(Uint8Array.from(readFileSync(files[0]!.path))).toEqual(content);
  });

  it("continues a .part of an earlier call, also with a server that knows no ranges", async () => {
    for (const ranges of [true, false]) {
      const { home, requests } = await serve((incoming, response, number) => {
        if (!ranges) delete incoming.headers.range;
        whole(incoming, response, number);
      });
      const cacheDirectory = temporaryFolder();
      const directory = join(cacheDirectory, "datasets", "test");
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "file.bin.part"), content.subarray(0, 30_000));
      const { files } = await fetchDataset("test", { cacheDirectory }, request(home));
      expect(files[0]!.state).toBe("continued");
      expect(requests).toEqual(["bytes=30000-"]);
      expect(Uint8Array.from(readFileSync(files[0]!.path))).toEqual(content);
    }
  });

  it("begins anew when the .part turns out wrong, and gives up on a file that stays wrong", async () => {
    const { home } = await serve(whole);
    const cacheDirectory = temporaryFolder();
    const directory = join(cacheDirectory, "datasets", "test");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "file.bin.part"), new Uint8Array(60_000));
    expect((await fetchDataset("test", { cacheDirectory }, request(home))).files[0]!.bytes).toBe(50_000);

    const wrong = await serve((_, response) => response.end("another file"));
    const error = await failure("network", () =>
      fetchDataset("test", { cacheDirectory: temporaryFolder() }, request(wrong.home)),
    );
    expect(error.message).toContain(
      `wrong checksum, md5 ${createHash("md5").update("another file").digest("hex")}`,
    );
    expect(error.message).toContain(md5);
  });

  it("tries the next home when one doesn't have it", async () => {
    const empty = await serve((_, response) => response.writeHead(404).end());
    const full = await serve(whole);
    const context = { cacheDirectory: temporaryFolder() };
    await fetchDataset("test", context, request(empty.home, full.home));
    expect([empty.requests.length, full.requests.length]).toEqual([1, 1]);
  });

  it("where there is no network it says so, and names the folder for the files", async () => {
    // Nothing listens on the port of a server that was closed.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await new Promise((resolve) => server.close(resolve));
    const cacheDirectory = temporaryFolder();
    const error = await failure("network", () => fetchDataset("mnist", { cacheDirectory }, { from: home }));
    expect(error.message).toContain("train-images-idx3-ubyte.gz of MNIST could not be downloaded");
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.hint).toContain(join(cacheDirectory, "datasets", "mnist"));
    expect(error.hint).toContain("t10k-labels-idx1-ubyte.gz");
    expect(error.hint).toContain("their folder by the `data` of the job");
  });

  it("takes nothing longer than the file, whether the server says its length or not", async () => {
    const said = await serve((_, response) => response.end(new Uint8Array(60_000)));
    const silent = await serve((_, response) => {
      response.write(new Uint8Array(30_000), () => response.end(new Uint8Array(30_000)));
    });
    const files = [
      { name: "file.bin", sha256: createHash("sha256").update(content).digest("hex"), bytes: 50_000 },
    ];
    const cacheDirectory = temporaryFolder();
    const download = { title: "Test", homes: [said.home, silent.home], files };
    const error = await failure("network", () => fetchDataset("test", { cacheDirectory }, { download }));
    expect(error.message).toContain("60000 bytes, where the file has 50000");
    expect(error.message).toContain("more than the file's 50000 bytes");
    const good = await serve(whole);
    const fetched = await fetchDataset(
      "test",
      { cacheDirectory },
      { download: { ...download, homes: [good.home] } },
    );
    expect(fetched.files[0]!.bytes).toBe(50_000);
  });

  it("sizes are told before the first byte: the set's own, or what the server says, of what is not there yet", async () => {
    const { home } = await serve((incoming, response, number) => {
      if (incoming.method === "HEAD" && incoming.url?.endsWith("silent.bin")) response.writeHead(405).end();
      else whole(incoming, response, number);
    });
    const cacheDirectory = temporaryFolder();
    const files = [
      { name: "said.bin", md5, bytes: 50_000 },
      { name: "asked.bin", md5 },
      { name: "silent.bin", md5 },
    ];
    const download = { title: "Test", homes: ["http://127.0.0.1:9/", home], files };
    const test = { name: "test", download } as unknown as Source;
    const told: unknown[] = [];
    const onSizes = (sizes: readonly unknown[]) =>
      told.push(...sizes, existsSync(join(cacheDirectory, "datasets", "test", "said.bin")));
    for (let i = 0; i < 2; i++) await fetchFrom("test", { cacheDirectory }, { onSizes }, [test]);
    expect(told).toEqual([
      { name: "said.bin", bytes: 50_000 },
      { name: "asked.bin", bytes: 50_000 },
      { name: "silent.bin", bytes: undefined },
      false,
    ]);
  });

  it("of an archive the members that are asked for lie beside it, also after one that was put there by hand", async () => {
    const car = readFileSync(fixture("car_001_mesh.mat"));
    const header = (name: string, size: number, type: string) => {
      const block = Buffer.alloc(512);
      block.write(name);
      block.write(size.toString(8).padStart(11, "0"), 124);
      block.write(type, 156);
      block.write("ustar", 257);
      block.fill(32, 148, 156);
      block.write(
        `${block
          .reduce((sum, byte) => sum + byte)
          .toString(8)
          .padStart(6, "0")}\0 `,
        148,
      );
      return block;
    };
    const body = Buffer.concat([car, Buffer.alloc((512 - (car.length % 512)) % 512)]);
    const names = ["data/cars/car_001_mesh.mat", "data/sprites/sprites_1.mat", "../cars/car_9_mesh.mat"];
    const archive = gzipSync(
      Buffer.concat([
        header("data/cars/", 0, "5"),
        ...names.flatMap((name) => [header(name, car.length, "0"), body]),
        Buffer.alloc(1024),
      ]),
    );
    const { home, requests } = await serve((_, response) => response.end(archive));
    const cacheDirectory = temporaryFolder();
    const download = {
      ...cars3d.download!,
      homes: [home],
      files: [{ name: "cars.tar.gz", md5: createHash("md5").update(archive).digest("hex") }],
    };
    for (let i = 0; i < 2; i++) {
      const { directory } = await fetchDataset("test", { cacheDirectory }, { download });
      expect(readdirSync(directory).sort()).toEqual(["car_001_mesh.mat", "car_9_mesh.mat", "cars.tar.gz"]);
      expect(readFileSync(join(directory, "car_001_mesh.mat"))).toEqual(car);
      rmSync(join(directory, "car_001_mesh.mat"));
    }
    expect(requests).toHaveLength(1);
  });

  it("gives up on a server that falls silent, and keeps what came", async () => {
    const { home, requests } = await serve((incoming, response) => {
      const from = Number(/bytes=(\d+)-/.exec(incoming.headers.range ?? "")?.[1] ?? 0);
      const range = { "content-range": `bytes ${from}-49999/50000`, "content-length": content.length - from };
      response.writeHead(from > 0 ? 206 : 200, range);
      response.write(content.subarray(from, from + 1000));
    });
    const cacheDirectory = temporaryFolder();
    const error = await failure("network", () => fetchDataset("test", { cacheDirectory }, request(home)));
    expect(error.message).toContain("no answer for 0.3 s");
    expect(requests).toEqual([undefined, "bytes=1000-", "bytes=2000-"]);
    expect(readFileSync(join(cacheDirectory, "datasets", "test", "file.bin.part"))).toHaveLength(3000);
  });

  it("stops when it is told to", async () => {
    const { home } = await serve(breakOff);
    const stop = new AbortController();
    const context = {
      cacheDirectory: temporaryFolder(),
      signal: stop.signal,
      onProgress: () => stop.abort(),
    };
    await failure("interrupted", () => fetchDataset("test", context, request(home)));
    expect(existsSync(join(context.cacheDirectory, "datasets", "test", "file.bin"))).toBe(false);
  });

  it("says what can be fetched, and when the folder can't be made", async () => {
    const unknown = await failure("usage", () =>
      fetchDataset("minst", { cacheDirectory: temporaryFolder() }),
    );
    expect([unknown.message, unknown.hint]).toEqual([
      'there is nothing to fetch for "minst"',
      'did you mean "mnist"?',
    ]);
    const celeba = await failure("usage", () =>
      fetchDataset("CelebA", { cacheDirectory: temporaryFolder() }),
    );
    expect(celeba.hint).toMatch(
      /^CelebA's links .* https:\/\/mmlab\.ie\.cuhk\.edu\.hk\/.*list_attr_celeba\.txt/,
    );
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await failure("disk", () => fetchDataset("mnist", { cacheDirectory: file }));
  });
});

it("every download has homes that end with a slash, and checksums", () => {
  for (const { homes, files } of sources.flatMap((one: Source) => one.download ?? [])) {
    for (const home of homes) expect(home).toMatch(/^https?:.*\/$/);
    for (const file of files) {
      expect(file.sha256 ?? file.md5).toMatch(file.sha256 ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{32}$/);
    }
  }
});
