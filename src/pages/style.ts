/**
 * The look of every page: the theme's font, inks and colours. Colours mean one thing each: blue is KL, vermilion is
 * what a person moves.
 */

import { dark, fontFamily, light, type Theme } from "../figures/web.ts";
import { themeVariables } from "./adaptive.ts";

/** @param fonts regular and semibold, TrueType in base64 */
export function pageStyle([regular, semibold]: readonly [string, string]): string {
  return [fontFace(regular, 400), fontFace(semibold, 600), sharedStyle, base].join("\n");
}

function fontFace(font: string, weight: number): string {
  return `@font-face{font-family:${fontFamily};font-weight:${weight};src:url(data:font/ttf;base64,${font})}`;
}

function variables(theme: Theme): string {
  const isDark = theme.name === "dark";
  const own = {
    "--page": isDark ? "#0d0f12" : "#f5f6f8",
    "--kl": theme.categorical[0],
    "--now": isDark ? "#f07a2a" : "#d55e00",
    "--shadow": isDark ? "none" : "0 1px 2px rgb(20 30 40 / 6%), 0 4px 16px rgb(20 30 40 / 5%)",
    "color-scheme": theme.name,
  };
  return Object.entries({ ...themeVariables(theme), ...own })
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}

const controls = `
*{box-sizing:border-box}
button,select{font:inherit;font-size:14px;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:8px;padding:5px 12px;cursor:pointer}
button:hover,select:hover{border-color:var(--muted)}
button:disabled{opacity:.45;cursor:default;border-color:var(--faint)}
button[aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
.quiet{border-color:transparent;background:none;color:var(--muted);white-space:nowrap}
input[type=range]{-webkit-appearance:none;appearance:none;width:100%;height:24px;margin:0;background:none;cursor:pointer}
input[type=range]::-webkit-slider-runnable-track{height:4px;border-radius:2px;background:var(--track,var(--faint))}
input[type=range]::-moz-range-track{height:4px;border-radius:2px;background:var(--track,var(--faint))}
input[type=range]::-webkit-slider-thumb{-webkit-appearance:none;width:16px;height:16px;margin-top:-6px;border-radius:50%;background:var(--now);border:2px solid var(--paper);box-shadow:0 0 0 1px var(--now)}
input[type=range]::-moz-range-thumb{width:12px;height:12px;border-radius:50%;background:var(--now);border:2px solid var(--paper);box-shadow:0 0 0 1px var(--now)}
:focus-visible{outline:2px solid var(--now);outline-offset:2px}
[hidden]{display:none!important}
.pixels{image-rendering:pixelated;display:block}
sub{font-size:.75em;line-height:0}
`;

/** Colours of both themes, and how buttons, choices and sliders look: what the app in `web/` has too. */
export const sharedStyle: string = [
  `:root{${variables(light)}}`,
  `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables(dark)}}}`,
  `:root[data-theme=dark]{${variables(dark)}}`,
  // Paper is white, whatever the screen was.
  `@media print{:root:root:root{${variables(light)};--page:#ffffff;--shadow:none}}`,
  controls,
].join("\n");

const base = `
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ${fontFamily},system-ui,sans-serif}
main,.top,footer{max-width:1720px;margin:0 auto;padding:0 clamp(12px,3vw,40px)}
main{display:grid;grid-template-columns:minmax(0,1fr);gap:20px;padding-top:10px;padding-bottom:20px}
.top{display:flex;justify-content:space-between;align-items:flex-start;padding-top:28px;gap:16px}
.kicker{margin:0;color:var(--muted);font-size:13px}
h1{margin:0;font-size:clamp(24px,4vw,34px);line-height:1.2;font-weight:600;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{margin:0 0 4px;font-size:20px;font-weight:600;letter-spacing:-.01em}
h3{margin:0 0 8px;font-size:15px;font-weight:600}
h3 span{font-weight:400;color:var(--muted);font-size:13px;margin-left:6px}
p{margin:0 0 8px}
.hint,figcaption,footer{color:var(--muted);font-size:13px}
section{background:var(--paper);border-radius:14px;box-shadow:var(--shadow);padding:clamp(14px,2.4vw,28px);min-width:0}
.summary{background:none;box-shadow:none;padding:0}
.summary p{max-width:90ch;margin:0 0 4px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:24px 32px;align-items:start;margin-top:14px}
figure{margin:0}
.pair>figure>img{width:100%;height:auto;max-width:640px}
figcaption{margin-top:8px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--narrowest,460px)),1fr));gap:12px 24px;margin:8px -8px 0}
.chart{overflow-x:auto;max-width:calc(1.3*var(--width))}
.chart svg{display:block;width:100%;height:auto;min-width:max(min(var(--width),440px),calc(.6*var(--width)))}
.rows{--label:92px;margin-top:12px;display:grid;gap:6px;max-width:1100px}
.images,.scale{display:grid;align-items:center}
.images{grid-template-columns:var(--label) minmax(0,1fr);gap:12px}
.images p{margin:0;line-height:1.25;text-align:right;overflow-wrap:anywhere}
.images p span{display:block;color:var(--muted);font-size:12px}
.images img{width:100%;height:auto}
.scale{grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);margin-left:calc(var(--label) + 12px);color:var(--muted);font-size:12px;text-align:center;min-height:18px}
.idle img{opacity:.45}
.idle p{color:var(--muted)}
ul{margin:8px 0 0;padding-left:20px;max-width:100ch}
li{margin-bottom:3px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:14px}
th{font-weight:400;text-align:left}
thead th{color:var(--muted);font-size:13px;border-bottom:1px solid var(--faint)}
th,td{padding:4px 20px 4px 0;vertical-align:top}
tbody th{white-space:pre}
td{white-space:nowrap;font-variant-numeric:tabular-nums}
.definitions{columns:2 420px;column-gap:40px;margin:12px 0 0}
.definitions div{break-inside:avoid;margin-bottom:10px;scroll-margin-top:12px}
.definitions div:target{outline:2px solid var(--faint);outline-offset:4px;border-radius:4px}
.definitions dt{font-weight:600}
.definitions dt span{font-weight:400;color:var(--muted);font-size:13px;margin-left:6px}
.definitions dd{margin:0;color:var(--muted);font-size:13px;overflow-wrap:anywhere}
.definitions .plain{color:var(--ink)}
a.word{color:inherit;text-decoration:underline dotted var(--muted);text-underline-offset:3px;cursor:help}
a.word sup{display:none}
.tip{position:fixed;z-index:5;max-width:min(40ch,calc(100vw - 16px));background:var(--ink);color:var(--paper);border-radius:8px;padding:7px 11px;font-size:13px;line-height:1.4;pointer-events:none}
@media (min-width:1500px){main{grid-template-columns:repeat(2,minmax(0,1fr))}section:not(.half){grid-column:1/-1}.stays{align-self:start;position:sticky;top:20px}}
@media (max-width:640px){
.rows{--label:74px;overflow-x:auto}
.images p{font-size:13px}
.images,.scale{min-width:430px}
section:not(.summary){border-radius:0;margin-left:calc(-1*clamp(12px,3vw,40px));margin-right:calc(-1*clamp(12px,3vw,40px))}
}
@media print{
@page{margin:14mm 12mm}
body{font-size:12px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,.top,footer{max-width:none;padding:0}
main{display:block}
section{padding:0;margin:0 0 18px;border-radius:0}
h2,h3,.hint{break-after:avoid}
figure,.images,tr,li,.facts div,.definitions div{break-inside:avoid}
.scroll{overflow:visible}
table{font-size:11px}
th,td{padding-right:10px}
.pair{grid-template-columns:repeat(2,minmax(0,1fr))}
.charts{grid-template-columns:repeat(2,minmax(0,1fr));margin:8px 0 0}
.chart{break-inside:avoid;overflow:visible}
.chart svg{min-width:0}
button,select{display:none}
a.word{text-decoration:none}
a.word sup{display:inline;font-size:.7em;line-height:0;color:var(--muted)}
.tip{display:none}
}
`;
