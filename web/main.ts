/** The script of pages that have nothing live on them but their words. */

import { connectTheme } from "./theme.ts";
import { connectWords } from "./words.ts";

connectTheme();
connectWords();
