/** The glossary's page stands as HTML: this is its look, and the switch between light and dark. */

import "virtual:betalab.css";
import { connectTheme } from "../theme.ts";
import "./glossary.css";

connectTheme();
