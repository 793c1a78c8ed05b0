/** The place of the live part in a page; `web/explorer` fills it. */

import { type Html, html } from "../html.ts";

export const explorerPanel: Html = html`<section class="live" aria-labelledby="live-title">
  <div class="heading"><h2 id="live-title">Live decoder</h2><p class="hint on-screen">The model itself, running in this page. Move a latent, click a point of the map, start from an image, or draw your own.</p></div>
  <noscript><p>The live model needs JavaScript.</p></noscript>
  <p id="live-error" role="alert" hidden></p>
  <div id="explorer"></div>
</section>`;
