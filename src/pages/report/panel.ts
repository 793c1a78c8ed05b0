/** The live part of the page, as far as it is fixed. What fills and moves it is `web/explorer`. */

import { type Html, html } from "../html.ts";
import type { Live } from "./live.ts";

/** Pictures between the two ends of an interpolation. */
const stripLength = 9;
/** Images to start from, of those whose pictures are there. */
const startImages = 60;

export function explorerPanel(live: Live): Html {
  const { latents, maps, colorings, classes, image, pictures, points } = live;
  const { height, width } = image;
  const canvas = (id: string, label: string): Html =>
    html`<canvas id="${id}" class="pixels" width="${width}" height="${height}" role="img" aria-label="${label}"></canvas>`;
  const most = Math.max(...latents.map(({ kl }) => kl), 1e-9);
  return html`<section class="live" aria-labelledby="live-title">
  <div class="heading"><h2 id="live-title">Live decoder</h2><p class="hint on-screen">The decoder itself, running in this page. Move a latent, click a point of the map, or start from an image.</p></div>
  <noscript><p>The live decoder needs JavaScript.</p></noscript>
  <p id="live-error" role="alert" hidden></p>
  <div class="bench">
    <div class="view">
      <div class="screen">${canvas("decoded", "The decoded image")}</div>
      <div class="beside">
        <figure id="original-figure" hidden>${canvas("original", "The original image")}<figcaption>original</figcaption></figure>
        <p id="origin" aria-live="polite"></p>
        <p id="timing" class="hint"></p>
      </div>
      <div class="buttons" role="group" aria-label="Start from">
        <button type="button" id="start-mean" title="All latents 0: the prior's mean">Mean</button>
        <button type="button" id="start-random" title="A draw from the prior">Random draw</button>
        <button type="button" id="undo" title="Back to where the sliders started">Undo moves</button>
        <button type="button" id="save" title="As PNG, enlarged">Save picture</button>
      </div>
      ${
        classes &&
        html`<label class="choice">Class <select id="class">${classes.map((name, i) => html`<option value="${i}">${name}</option>`)}</select></label>`
      }
    </div>
    <div class="latents">
      <h3>Latents <span>by KL, nats per image</span></h3>
      <ol id="sliders" tabindex="-1">${latents.map(
        ({ dimension, kl, active, reach }) => html`
        <li${!active && html` class="idle" title="Carries next to nothing"`}>
          <span class="name">z<sub>${dimension}</sub></span>
          <span class="kl" aria-hidden="true"><i style="width:${((100 * kl) / most).toFixed(1)}%"></i><b>${kl.toFixed(2)}</b></span>
          <input type="range" min="${-reach}" max="${reach}" step="0.05" value="0" data-dimension="${dimension}" aria-label="Latent ${dimension}, KL ${kl.toFixed(2)} nats">
          <output>0.00</output>
        </li>`,
      )}
      </ol>
    </div>
    <div class="map">
      <div class="row">
        <h3>Latent map <span>${points.count.toLocaleString("en")} held-out images</span></h3>
        ${maps.length > 1 && html`<div class="buttons" role="group" aria-label="Projection">${maps.map(({ name }, i) => html`<button type="button" data-map="${i}" aria-pressed="${String(i === 0)}">${name}</button>`)}</div>`}
        ${
          colorings.length > 1 &&
          html`<label class="choice">Colour <select id="coloring">${colorings.map(({ name }, i) => html`<option value="${i}">${name}</option>`)}</select></label>`
        }
      </div>
      <div class="field">
        <canvas id="map" tabindex="0" role="application" aria-label="Map of the latent space. Arrow keys go to the neighbouring image and decode it."></canvas>
        <div id="peek" hidden><canvas class="pixels" width="${width}" height="${height}"></canvas><span></span></div>
      </div>
      <ul id="legend" class="legend"></ul>
      <p id="map-note" class="hint"></p>
    </div>
  </div>
  <h3 class="on-screen">Start from an image</h3>
  <div id="starts" class="starts" role="group" aria-label="Images to start from">${Array.from(
    { length: Math.min(startImages, pictures.count) },
    (_, i) =>
      html`<button type="button" data-image="${i}" aria-label="Image ${i}"><canvas class="pixels" width="${width}" height="${height}"></canvas></button>`,
  )}</div>
  <h3>Interpolation from A to B <span class="on-screen">drag A and B on the map, or lock the picture above as one of them</span></h3>
  <div class="between">
    ${end("a", "A")}
    <div class="way">
      <div id="strip">${Array.from({ length: stripLength }, (_, i) => {
        const share = i / (stripLength - 1);
        return html`<button type="button" data-share="${share}" aria-label="${Math.round(100 * share)} percent of the way"><canvas class="pixels" width="${width}" height="${height}"></canvas></button>`;
      })}</div>
      <input id="share" type="range" min="0" max="1" step="0.01" value="0" aria-label="From A to B">
    </div>
    ${end("b", "B")}
  </div>
</section>`;
}

function end(id: "a" | "b", name: string): Html {
  return html`<button type="button" class="end ${id}" id="lock-${id}" title="Lock the decoded picture as ${name}">Lock ${name}</button>`;
}
