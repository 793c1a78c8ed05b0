/**
 * The page's look: the theme's font, inks and colours. Colours mean one thing each: blue is KL, vermilion is the
 * point that is decoded now, green and pink are the two ends of an interpolation.
 */

import { dark, fontFamily, light, type Theme } from "../theme.ts";
import { themeVariables } from "./adaptive.ts";
import { liveStyle } from "./style-live.ts";

/** @param fonts regular and semibold, TrueType in base64 */
export function pageStyle([regular, semibold]: readonly [string, string]): string {
  return [
    fontFace(regular, 400),
    fontFace(semibold, 600),
    `:root{${variables(light)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables(dark)}}}`,
    `:root[data-theme=dark]{${variables(dark)}}`,
    base,
    liveStyle,
  ].join("\n");
}

function fontFace(font: string, weight: number): string {
  return `@font-face{font-family:${fontFamily};font-weight:${weight};src:url(data:font/ttf;base64,${font})}`;
}

function variables(theme: Theme): string {
  const isDark = theme.name === "dark";
  const own = {
    "--page": isDark ? "#0d0f12" : "#f5f6f8",
    "--kl": isDark ? "#56b4e9" : "#0072b2",
    "--now": isDark ? "#f07a2a" : "#d55e00",
    "--a": isDark ? "#1fbf95" : "#009e73",
    "--b": isDark ? "#dd94ba" : "#b95f93",
    "--shadow": isDark ? "none" : "0 1px 2px rgb(20 30 40 / 6%), 0 4px 16px rgb(20 30 40 / 5%)",
    "color-scheme": theme.name,
  };
  return Object.entries({ ...themeVariables(theme), ...own })
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}

const base = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ${fontFamily},system-ui,sans-serif}
main,.top,footer{max-width:1240px;margin:0 auto;padding:0 clamp(12px,3vw,32px)}
.top{display:flex;justify-content:space-between;align-items:flex-start;padding-top:28px;gap:16px}
.kicker{margin:0;color:var(--muted);font-size:13px}
h1{margin:0;font-size:clamp(24px,4vw,34px);line-height:1.2;font-weight:600;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{margin:0 0 4px;font-size:20px;font-weight:600;letter-spacing:-.01em}
h3{margin:0 0 8px;font-size:15px;font-weight:600}
h3 span{font-weight:400;color:var(--muted);font-size:13px;margin-left:6px}
p{margin:0 0 8px}
.hint,figcaption,footer{color:var(--muted);font-size:13px}
section{background:var(--paper);border-radius:14px;box-shadow:var(--shadow);padding:clamp(14px,2.4vw,28px);margin:20px 0}
.summary{background:none;box-shadow:none;padding:0;margin:10px 0 0}
.summary p{max-width:74ch;margin:0 0 4px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0 0}
.facts div{background:var(--paper);border-radius:12px;box-shadow:var(--shadow);padding:12px 16px}
.facts dt{color:var(--muted);font-size:13px}
.facts dd{margin:0}
.facts b{font-size:22px;font-weight:600;letter-spacing:-.02em}
.facts span{color:var(--muted);font-size:13px}
.facts small{display:block;color:var(--muted);font-size:12px;line-height:1.35}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:24px 32px;align-items:start;margin-top:14px}
figure{margin:0}
.pixels{image-rendering:pixelated;display:block}
.pair img{width:100%;height:auto}
figcaption{margin-top:8px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:12px 24px;margin:8px -8px 0}
.chart svg{display:block;width:100%;height:auto;max-width:640px}
.traversals{--label:92px;margin-top:12px;display:grid;gap:6px;max-width:900px}
.traversal,.scale{display:grid;align-items:center}
.traversal{grid-template-columns:var(--label) minmax(0,1fr);gap:12px}
.traversal p{margin:0;line-height:1.25;text-align:right}
.traversal p span{display:block;color:var(--muted);font-size:12px}
.traversal img{width:100%;height:auto}
.scale{grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);margin-left:calc(var(--label) + 12px);color:var(--muted);font-size:12px;text-align:center;min-height:18px}
.idle{opacity:.45}
sub{font-size:.75em;line-height:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:14px}
th{font-weight:400;text-align:left}
thead th{color:var(--muted);font-size:13px;border-bottom:1px solid var(--faint)}
th,td{padding:4px 20px 4px 0;vertical-align:top}
tbody th{white-space:pre}
td{white-space:nowrap;font-variant-numeric:tabular-nums}
.details th{color:var(--muted);white-space:nowrap}
.details td{white-space:normal;overflow-wrap:anywhere}
.evaluation{margin:14px 0 24px}
.evaluation ul{margin:12px 0 0;padding-left:20px;max-width:90ch}
.evaluation td:last-child:not(:nth-child(-n+5)){white-space:normal;min-width:280px}
pre{font-size:12.5px;line-height:1.5;background:var(--page);border-radius:8px;padding:12px;overflow:auto;max-height:420px}
summary{cursor:pointer}
footer{padding-top:4px;padding-bottom:40px}
button,select{font:inherit;font-size:14px;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:8px;padding:5px 12px;cursor:pointer}
button:hover,select:hover{border-color:var(--muted)}
button:disabled{opacity:.45;cursor:default;border-color:var(--faint)}
button[aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--paper)}
.quiet{border-color:transparent;background:none;color:var(--muted);white-space:nowrap}
:focus-visible{outline:2px solid var(--now);outline-offset:2px}
[hidden]{display:none!important}
@media (max-width:640px){
.traversals{--label:64px;overflow-x:auto}
.traversal,.scale{min-width:430px}
section{border-radius:0;margin-left:calc(-1*clamp(12px,3vw,32px));margin-right:calc(-1*clamp(12px,3vw,32px))}
.summary{margin-left:0;margin-right:0}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
}
@media print{section{box-shadow:none;break-inside:avoid}.live,#theme{display:none}}
`;
