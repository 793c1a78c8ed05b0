/** Where the page is: the browser's history, as state. */

import { type Address, addressOf, parseAddress, type View } from "./address.ts";

class Router {
  at: Address = $state.raw(parseAddress(location));

  /** Follows the browser's buttons and all links of the page. Returns how to stop. */
  start(): () => void {
    const back = (): void => {
      this.at = parseAddress(location);
    };
    const click = (event: MouseEvent): void => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
        return;
      const link = (event.target as Element).closest?.("a");
      const isOwn = link?.origin === location.origin && link.target === "" && !link.hasAttribute("download");
      if (!isOwn || link.pathname.startsWith("/api/") || link.getAttribute("href")!.startsWith("#")) return;
      event.preventDefault();
      this.#push(link.pathname + link.search);
    };
    addEventListener("popstate", back);
    addEventListener("click", click);
    return () => {
      removeEventListener("popstate", back);
      removeEventListener("click", click);
    };
  }

  go(view: View, query?: Readonly<Record<string, string>>): void {
    this.#push(addressOf(view, query));
  }

  /** Changes what is chosen within the view; it is no new place of the history. */
  choose(change: (query: URLSearchParams) => void): void {
    const query = new URLSearchParams(this.at.query);
    change(query);
    const text = query.toString();
    history.replaceState(null, "", text === "" ? location.pathname : `${location.pathname}?${text}`);
    this.at = parseAddress(location);
  }

  /** One choice; an empty one is none. */
  set(name: string, value: string): void {
    this.choose((query) => (value === "" ? query.delete(name) : query.set(name, value)));
  }

  #push(path: string): void {
    if (path !== location.pathname + location.search) history.pushState(null, "", path);
    this.at = parseAddress(location);
    scrollTo(0, 0);
  }
}

export const router = new Router();
