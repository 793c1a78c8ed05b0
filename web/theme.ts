/** Light, dark or as the system: a button in the corner. Fires `themechange` whenever the colours change. */

import { element } from "./dom.ts";

const choices = ["auto", "light", "dark"] as const;
const KEY = "betalab-theme";

export function connectTheme(): void {
  const button = element("theme");
  let at = Math.max(0, choices.indexOf(remembered() as (typeof choices)[number]));
  const apply = (): void => {
    const choice = choices[at]!;
    const root = document.documentElement;
    if (choice === "auto") delete root.dataset.theme;
    else root.dataset.theme = choice;
    button.querySelector("span")!.textContent = choice;
    button.setAttribute("aria-label", `Colours: ${choice === "auto" ? "auto, as the system" : choice}`);
    dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    at = (at + 1) % choices.length;
    remember(choices[at]!);
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    dispatchEvent(new Event("themechange")),
  );
  // Paper is white: what is drawn on a canvas must take its colours from the printed page's.
  matchMedia("print").addEventListener("change", () => dispatchEvent(new Event("themechange")));
  apply();
}

// A page that was opened from a file may be refused storage: the choice then lasts as long as the page.
function remembered(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(choice: string): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {}
}
