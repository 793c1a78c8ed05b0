/** The plain line of a glossary word beside it, under the pointer or the keyboard's focus; Escape takes it away. */

let tip: HTMLElement | undefined;

const hide = (): void => {
  if (tip !== undefined) tip.hidden = true;
};

/** One for the whole page. */
function makeTip(): HTMLElement {
  const made = document.createElement("div");
  made.className = "tip";
  made.setAttribute("aria-hidden", "true"); // Whoever can't see it is read the description itself.
  document.body.append(made);
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  addEventListener("scroll", hide, { passive: true, capture: true });
  return made;
}

/** Shows the line beside the word for as long as it is pointed at or has the focus. */
export function explainWith(word: HTMLElement, line: () => string): void {
  const show = (): void => {
    tip ??= makeTip();
    tip.textContent = line();
    tip.hidden = false;
    const { left, top, bottom } = word.getBoundingClientRect();
    const [width, height] = [tip.offsetWidth, tip.offsetHeight];
    tip.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
    tip.style.top = `${bottom + height + 12 > innerHeight ? top - height - 6 : bottom + 6}px`;
  };
  word.addEventListener("pointerenter", show);
  word.addEventListener("focus", show);
  word.addEventListener("pointerleave", hide);
  word.addEventListener("blur", hide);
}

/** A link to a footnote. */
export function connectWord(word: HTMLAnchorElement): void {
  explainWith(word, () => document.querySelector(`${word.hash} .plain`)?.textContent ?? "");
}

/** The words of a report or a comparison. */
export function connectWords(): void {
  document.querySelectorAll<HTMLAnchorElement>("a.word").forEach(connectWord);
}

/** The words within an element that say themselves what they mean. */
export function connectDescribed(element: HTMLElement): void {
  for (const word of element.querySelectorAll<HTMLElement>(".word[aria-description]"))
    explainWith(word, () => word.getAttribute("aria-description")!);
}
