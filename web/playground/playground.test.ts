/** The playground in a browser: the site is built once, and all that is tested of it lies in `test/playground/`. */

import { afterAll, beforeAll, describe } from "vitest";
import { hasBrowser } from "../../test/helpers/browser.ts";
import { notBuilt } from "../../test/helpers/processes.ts";
import { beginning } from "../../test/playground/beginning.ts";
import { files } from "../../test/playground/files.ts";
import { sessions } from "../../test/playground/sessions.ts";
import { start, stop } from "../../test/playground/site.ts";
import { training } from "../../test/playground/training.ts";
import { trouble } from "../../test/playground/trouble.ts";

describe.skipIf(!hasBrowser || notBuilt !== undefined)("the playground in a browser", () => {
  beforeAll(start, 180_000);
  afterAll(stop);

  beginning();
  training();
  files();
  sessions();
  trouble();
});
