/** The script of pages that have nothing live on them. */

import { connectTheme } from "./theme.ts";

connectTheme();
