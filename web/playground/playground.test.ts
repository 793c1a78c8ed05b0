/** The playground in a browser: the site is built once, and all that is tested of it lies in `tests/`. */

import { afterAll, beforeAll, describe } from "vitest";
import { hasBrowser } from "../../test/helpers/browser.ts";
import { notBuilt } from "../../test/helpers/processes.ts";
import { beginning } from "./tests/beginning.ts";
import { files } from "./tests/files.ts";
import { sessions } from "./tests/sessions.ts";
import { start, stop } from "./tests/site.ts";
import { training } from "./tests/training.ts";
import { trouble } from "./tests/trouble.ts";

describe.skipIf(!hasBrowser || notBuilt !== undefined)("the playground in a browser", () => {
  beforeAll(start, 180_000);
  afterAll(stop);

  beginning();
  training();
  files();
  sessions();
  trouble();
});
