/** The plain line of a glossary word beside it, under the pointer or the keyboard's focus; Escape takes it away. */

export function connectWords(): void {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true"); // `aria-describedby` reads the footnote itself.
  tip.hidden = true;
  document.body.append(tip);
  const hide = (): void => {
    tip.hidden = true;
  };
  const show = (word: HTMLAnchorElement): void => {
    tip.textContent = document.querySelector(`${word.hash} .plain`)?.textContent ?? "";
    tip.hidden = false;
    const { left, top, bottom } = word.getBoundingClientRect();
    const [width, height] = [tip.offsetWidth, tip.offsetHeight];
    tip.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
    tip.style.top = `${bottom + height + 12 > innerHeight ? top - height - 6 : bottom + 6}px`;
  };
  for (const word of document.querySelectorAll<HTMLAnchorElement>("a.word")) {
    word.addEventListener("pointerenter", () => show(word));
    word.addEventListener("focus", () => show(word));
    word.addEventListener("pointerleave", hide);
    word.addEventListener("blur", hide);
  }
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  addEventListener("scroll", hide, { passive: true, capture: true });
}
