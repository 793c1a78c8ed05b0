/** What only a real process shows: the built `bin/betalab.js` with pipes and signals. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeEach, expect, test } from "vitest";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const binary = at("bin/betalab.js");
const built = existsSync(at("dist/node/cli-main.js"));
const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach((context) => {
  if (!built) context.skip("dist/ is not built: npm run build");
});

/** A script that starts the built shell's parts in a process of its own. */
function script(name: string, body: string): string {
  const path = join(folder, `${name}.mjs`);
  const from = (file: string): string => JSON.stringify(pathToFileURL(at(`dist/cli/${file}.js`)).href);
  writeFileSync(
    path,
    `import { tolerateClosedPipes } from ${from("io")};\nimport { listenForInterrupts } from ${from("signals")};\n${body}`,
  );
  return path;
}

test("help, usage errors and their exit statuses", () => {
  const help = spawnSync(process.execPath, [binary, "--help"], { encoding: "utf8" });
  expect([help.status, help.stderr]).toEqual([0, ""]);
  expect(help.stdout).toContain("Usage: betalab");
  const wrong = spawnSync(process.execPath, [binary, "xyzzy", "--json"], { encoding: "utf8" });
  expect([wrong.status, wrong.stderr]).toEqual([2, ""]);
  expect(JSON.parse(wrong.stdout).error).toMatchObject({ code: "usage" });
});

test("a config module where files are CommonJS, as npm init now writes: what to do", () => {
  const cwd = mkdtempSync(join(folder, "commonjs-"));
  writeFileSync(join(cwd, "package.json"), '{ "type": "commonjs" }');
  for (const text of ['import "node:path";\nexport default {};', "export default {};"]) {
    writeFileSync(join(cwd, "betalab.config.js"), text);
    const { status, stdout } = spawnSync(process.execPath, [binary, "presets", "--json"], {
      cwd,
      encoding: "utf8",
    });
    expect(status).toBe(3);
    expect(JSON.parse(stdout).error.hint).toBe(
      'write "type": "module" into package.json (npm pkg set type=module), or name the file .mjs and give it by --config-module',
    );
  }
});

test("a reader that leaves early (| head) gets no complaint", async () => {
  const path = script(
    "pipe",
    `tolerateClosedPipes((status) => process.exit(status));
     setInterval(() => process.stdout.write("x".repeat(10_000) + "\\n"), 1);`,
  );
  const child = spawn(process.execPath, [path], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const status = await new Promise((done) => child.on("close", done));
  expect([status, errors]).toEqual([0, ""]);
});

test("the first Ctrl-C lets the work end well, the second doesn't wait", async () => {
  const path = script(
    "signals",
    `const controller = new AbortController();
     listenForInterrupts({ source: process, controller,
       announce: () => console.log("announced"), exit: (status) => process.exit(status) });
     const work = setInterval(() => {
       if (!controller.signal.aborted || process.argv[2] === "stubborn") return;
       console.log("checkpoint");
       clearInterval(work);
       process.exitCode = 130;
     }, 5);
     console.log("working");`,
  );
  const interrupt = async (mode: string) => {
    const child = spawn(process.execPath, [path, mode], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (text) => {
      out += text;
      if (out === "working\n") child.kill("SIGINT");
      else if (mode === "stubborn") child.kill("SIGINT");
    });
    const status = await new Promise((done) => child.on("close", done));
    return { status, out };
  };
  expect(await interrupt("polite")).toEqual({ status: 130, out: "working\nannounced\ncheckpoint\n" });
  expect(await interrupt("stubborn")).toEqual({ status: 130, out: "working\nannounced\n" });
});

test("Ctrl-C while Node winds down after the work: the work's exit status", async () => {
  for (const delay of [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]) {
    const child = spawn(process.execPath, [binary, "explain", "kl"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGINT"), delay));
    const ended = await new Promise((done) => child.on("close", (...how) => done(how)));
    expect(ended, `${delay} ms after the text`).toEqual([0, null]);
  }
});

test.skipIf(process.platform === "win32")(
  "a reader that is late gets the whole text, of more than a pipe holds",
  () => {
    const word = "x".repeat(100_000);
    const line = '"$0" "$1" "$2" --json | { sleep 1; cat; }';
    const { stdout } = spawnSync("sh", ["-c", line, process.execPath, binary, word], { encoding: "utf8" });
    expect(JSON.parse(stdout).error.message).toContain(word);
  },
);

test.skipIf(process.platform !== "linux")(
  "WebAssembly where addresses are limited: a sentence, not a bug",
  () => {
    const env = { ...process.env, BETALAB_ENGINE: "wasm", BETALAB_CACHE: folder };
    const limited = 'ulimit -v 3000000; exec "$0" "$@"';
    const argv = [
      "-c",
      limited,
      process.execPath,
      binary,
      "train",
      "demo",
      "--json",
      "--out",
      join(folder, "limited"),
    ];
    const { status, stdout } = spawnSync("sh", argv, { encoding: "utf8", env });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toEqual({
      code: "device",
      // Node 24 has a memory to begin with, and none to grow.
      message: expect.stringMatching(
        /^WebAssembly (gets no memory here|can't have more memory than \S+ GB)$/,
      ),
      hint: expect.stringMatching(/raise what limits .*addresses.* \(ulimit -v\)/),
    });
  },
);

test("doctor says what is here: Node, processor, every device and why one doesn't work, the cache", () => {
  const { status, stdout } = spawnSync(process.execPath, [binary, "doctor", "--json"], {
    encoding: "utf8",
    env: { ...process.env, BETALAB_CACHE: folder },
  });
  expect(status).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.node.version).toBe(process.version);
  expect(found.engine.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(found.cpu.threads).toBeGreaterThan(0);
  expect(found.devices.map(({ name }: { name: string }) => name)).toEqual(["cpu", "webgpu", "cuda"]);
  expect(found.devices[0]).toEqual({ name: "cpu", works: true, engine: found.engine.description });
  for (const { works, detail } of found.devices) expect(works || detail.length > 0).toBe(true);
  expect(found.cache).toMatchObject({ path: folder, exists: true, writable: true });
  expect(found.cache.bytes).toBeGreaterThan(0); // The scripts of the tests above.
});

test("a device that isn't there: what it lacks, exit 1, no run directory, nothing from the driver on stderr", () => {
  const out = join(folder, "on-cuda");
  const line = [binary, "train", "demo", "--epochs", "1", "--set", "data.count=200", "--device", "cuda"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...line, "--out", out, "--json"], {
    encoding: "utf8",
  });
  if (status === 0) return; // This machine has one.
  expect(status).toBe(1);
  const { error } = JSON.parse(stdout);
  expect(error.code).toBe("device");
  expect(error.message).toMatch(/^device "cuda" does not work here: /);
  expect(error.hint).toMatch(/CUDA.*; or use the device cpu$/);
  expect(stderr).not.toContain("onnxruntime");
  expect(existsSync(out)).toBe(false);
});
