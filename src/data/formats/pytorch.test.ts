/** Files of torch.save: what they hold, what they must not do, and 1 000 damaged ones. Fixtures: bench/parity/state_dicts.py */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { BetalabError } from "../../base/errors.ts";
import { fillUniform } from "../../base/random.ts";
import { readPytorch } from "./pytorch.ts";

const fixtures = "test/fixtures/pytorch";

/** A file with this pickle and one storage of four numbers. */
function fileOf(pickle: string | Uint8Array): string {
  const path = join(temporaryFolder(), "made.pt");
  const bytes = typeof pickle === "string" ? Uint8Array.from(Buffer.from(pickle, "latin1")) : pickle;
  const files = { "archive/data.pkl": bytes, "archive/data/0": new Uint8Array(new Float32Array(4).buffer) };
  writeFileSync(path, zipSync(files, { level: 0 }));
  return path;
}

const refusal = async (pickle: string | Uint8Array): Promise<string> =>
  (await failure("data", () => readPytorch(fileOf(pickle)))).message;

/** `{"w": tensor}`, of one line each: the storage's persistent id, then offset, shape and stride. */
const tensor = (id: string, view = "K\x00K\x04\x85K\x01\x85") =>
  `\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(${id}${view}\x89NtRs.`;
const text = (letters: string) => `X${String.fromCharCode(letters.length)}\x00\x00\x00${letters}`;
const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}K\x04tQ`;

describe("files of torch.save", () => {
  it("every type of number, views, shared storages and parameters", async () => {
    const { tensors } = await readPytorch(join(fixtures, "kinds.pt"));
    const shown = Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      dtype,
      [...shape],
      Array.from(data as ArrayLike<number>, Number),
    ]);
    const columns = Array.from({ length: 24 }, (_, i) => 6 * (i % 4) + Math.floor(i / 4));
    expect(shown).toEqual([
      ["double", "F64", [2], [1.5, -2.25]],
      ["half", "F16", [2, 1], [0x3800, 0x7bff]],
      ["bfloat", "BF16", [2], [0x3f80, 0xc040]],
      ["long", "I64", [], [7]],
      ["boolean", "BOOL", [2], [1, 0]],
      ["transposed", "F32", [6, 4], columns],
      ["part", "F32", [4], [5, 6, 7, 8]],
      ["strided", "F32", [5], [0, 5, 10, 15, 20]],
      ["parameter", "F32", [1], [0.25]],
      ["empty", "F32", [0, 3], []],
    ]);
    expect(Object.keys((await readPytorch(fileOf(tensor(storage)))).tensors)).toEqual(["w"]);
  });

  it("of a checkpoint the state dict, and the names of what else it holds", async () => {
    // {"loss": tensor, "model_state_dict": {"w": tensor, "n": 4}, "epoch": 4}
    const one = tensor(storage).slice(9, -2);
    const dict = `}(${text("w")}${one}${text("n")}K\x04u`;
    const pickle = `\x80\x02}(${text("loss")}${one}${text("model_state_dict")}${dict}${text("epoch")}K\x04u.`;
    const { tensors, others } = await readPytorch(fileOf(pickle));
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([["w", [4]]]);
    expect(others).toEqual(["n", "loss", "epoch"]);
  });

  it("what a pickle would call is named, and not called", async () => {
    expect(await refusal("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.")).toContain("would call os.system");
    expect(await refusal("\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.")).toContain(
      "would call builtins.eval",
    );
    expect(await refusal("(S'ls'\nios\nsystem\n.")).toContain("would call os.system");
    expect(await refusal("\x80\x02ctorch\nload\n)R.")).toContain("would call torch.load");
    expect(await refusal("\x80\x02ctorch._utils\n_rebuild_tensor_v3\n)R.")).toContain("_rebuild_tensor_v3");
    const whole = await failure("data", () => readPytorch(join(fixtures, "whole-model.pt")));
    expect(whole.message).toContain("would call torch.nn.modules.linear.Linear");
    expect(whole.hint).toContain("model.state_dict()");
    const legacy = await failure("data", () => readPytorch(join(fixtures, "legacy.pt")));
    expect(legacy.hint).toContain("before PyTorch 1.6");
  });

  it.each([
    ["a number for a persistent id", "\x80\x02K\x05Q.", "a persistent id"],
    ["a path for one", "\x80\x02P/etc/passwd\n.", "a persistent id"],
    ["another kind of one", `\x80\x02(${text("module")}K\x01tQ.`, "a persistent id"],
    ["a storage of no type", `\x80\x02(${text("storage")}NX\x01\x00\x00\x000NK\x04tQ.`, "a persistent id"],
    ["a view beyond its storage", tensor(storage, "K\x02K\x04\x85K\x01\x85"), "reaches beyond its storage"],
    ["a view larger than it", tensor(storage, "K\x00J\xff\xff\xff\x7f\x85K\x00\x85"), "beyond its storage"],
    ["a negative size", tensor(storage, "K\x00J\xff\xff\xff\xff\x85K\x01\x85"), "shape"],
    ["a storage that is not there", tensor(storage.replace(text("0"), text("1"))), "data/1, are not in it"],
    ["a longer storage than there is", tensor(storage.replace("K\x04tQ", "K\x05tQ")), "has 16 bytes"],
    ["an object", "\x80\x02ccollections\nOrderedDict\n)\x81.", "opcode"],
    ["a state of a list", "\x80\x02]}b.", "a state of something"],
    ["nothing but numbers", "\x80\x02K\x01.", "holds no dict of tensors"],
    ["a text longer than the file", "\x80\x02X\xff\xff\xff\x7fa.", "truncated"],
    ["no end", "\x80\x02}", "truncated"],
    ["a million lists in each other", `\x80\x02${"]".repeat(1e6)}${"a".repeat(1e6 - 1)}.`, "holds no dict"],
    [
      "a list of itself, doubled 10 000 times",
      `\x80\x02]q\x00${"(h\x00h\x00e".repeat(1e4)}.`,
      "holds no dict",
    ],
    ["dicts that hold each other", "\x80\x02}q\x00h\x00h\x00s.", "holds no dict"],
    ["marks alone", `\x80\x02${"(".repeat(1e6)}.`, "missing"],
  ])("%s", async (_, pickle, said) => {
    expect(await refusal(pickle)).toContain(said);
  });

  it("1 000 damaged files: tensors, or an error that says what is wrong", async () => {
    const file = readFileSync(join(fixtures, "kinds.pt"));
    const inner = Object.entries(unzipSync(file)).find(([name]) => name.endsWith("data.pkl"))![1];
    const path = join(temporaryFolder(), "damaged.pt");
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const draws = new Float32Array(12);
      fillUniform(draws, { seed: i, stream: "damage" });
      const whole = i % 4 === 0;
      let bytes = Uint8Array.from(whole ? file : inner);
      for (let k = 0; k < 1 + (i % 5); k++) {
        bytes[Math.floor(draws[2 * k]! * bytes.length)] = Math.floor(256 * draws[2 * k + 1]!);
      }
      if (i % 7 === 0) bytes = bytes.slice(0, Math.floor(draws[11]! * bytes.length));
      const damaged = whole ? bytes : { ...unzipSync(file), "kinds/data.pkl": bytes };
      writeFileSync(path, damaged instanceof Uint8Array ? damaged : zipSync(damaged, { level: 0 }));
      try {
        await readPytorch(path);
      } catch (error) {
        refused++;
        expect(error, `of seed ${i}`).toBeInstanceOf(BetalabError);
        expect((error as BetalabError).message, `of seed ${i}`).not.toContain("internal");
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});
