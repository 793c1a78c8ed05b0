/**
 * What a report looks like beside the style of every page. The explorer has three columns on a desk, two on a tablet,
 * one on a phone, where the decoded picture stays in sight; on paper it is the picture, the latents and the map.
 */

export const reportStyle = `
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0 0}
.facts div{background:var(--paper);border-radius:12px;box-shadow:var(--shadow);padding:12px 16px}
.facts dt{color:var(--muted);font-size:13px}
.facts dd{margin:0}
.facts b{font-size:22px;font-weight:600;letter-spacing:-.02em}
.facts span{color:var(--muted);font-size:13px}
.facts small{display:block;color:var(--muted);font-size:12px;line-height:1.35}
.details th{color:var(--muted);white-space:nowrap}
.details td{white-space:normal;overflow-wrap:anywhere}
.evaluation{margin:14px 0 24px}
.evaluation td:last-child:not(:nth-child(-n+5)){white-space:normal;min-width:280px}
pre{font-size:12.5px;line-height:1.5;background:var(--page);border-radius:8px;padding:12px;overflow:auto;max-height:420px}
summary{cursor:pointer}
.heading{display:flex;flex-wrap:wrap;gap:0 16px;align-items:baseline;margin-bottom:14px}
.heading p{margin:0}
.bench{display:grid;grid-template-columns:minmax(0,1.1fr) minmax(230px,300px) minmax(0,1fr);grid-template-areas:"map view latents";gap:24px;align-items:start;margin-bottom:20px}
.view{grid-area:view;min-width:0}.latents{grid-area:latents;min-width:0}.map{grid-area:map;min-width:0}
.screen{border:3px solid var(--now);border-radius:10px;overflow:hidden;background:#000}
.screen canvas{width:100%;height:auto}
.beside{display:grid;grid-template-columns:auto minmax(0,1fr);grid-template-areas:"original origin" "original timing";margin:10px 0;min-height:84px;align-content:start}
#original-figure{grid-area:original;margin-right:12px}
#original-figure canvas{width:64px;height:auto;border-radius:4px}
#original-figure figcaption{margin:0;font-size:12px;text-align:center}
#origin{grid-area:origin;margin:0}
#timing{grid-area:timing;margin:0}
.buttons{display:flex;flex-wrap:wrap;gap:6px}
.view .buttons button{flex:1 1 46%}
.map .buttons{gap:0}
.map .buttons button{border-radius:0;padding:3px 10px;font-size:13px}
.map .buttons button:first-child{border-radius:8px 0 0 8px}
.map .buttons button:last-child{border-radius:0 8px 8px 0}
.map .buttons button + button{border-left:0}
.choice{display:inline-flex;gap:6px;align-items:center;font-size:13px;color:var(--muted);margin-top:8px}
.map .choice{margin:0}
.choice select{padding:3px 6px;font-size:13px;max-width:130px}
.row{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;justify-content:space-between;margin-bottom:8px}
.row h3{margin:0}
.field{position:relative}
#map{display:block;width:100%;aspect-ratio:1;border-radius:10px;background:var(--page);cursor:crosshair;touch-action:manipulation}
#peek{position:absolute;pointer-events:none;background:var(--paper);border:1px solid var(--faint);border-radius:8px;padding:5px;box-shadow:var(--shadow);font-size:12px;text-align:center;line-height:1.2;z-index:1}
#peek canvas{width:56px;height:auto;margin:0 auto 3px;border-radius:3px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 12px;margin:8px 0 4px;padding:0;font-size:13px}
.legend i{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:5px}
#sliders{list-style:none;margin:0;padding:2px 6px 2px 2px;display:grid;gap:1px;max-height:570px;overflow-y:auto;scrollbar-width:thin}
#sliders li{display:grid;grid-template-columns:34px 74px minmax(60px,1fr) 44px;gap:8px;align-items:center;min-height:27px}
.kl{position:relative;height:20px;display:block;font-size:12px;background:color-mix(in srgb,var(--faint) 45%,transparent);border-radius:3px;overflow:hidden}
.kl i{position:absolute;inset:0 auto 0 0;background:var(--kl);opacity:.4}
.kl b{position:relative;font-weight:400;padding-left:6px;line-height:20px}
#sliders output,.kl b{font-variant-numeric:tabular-nums}
#sliders output{font-size:13px;text-align:right;color:var(--muted)}
#sliders .moved output{color:var(--now);font-weight:600}
input[type=range]{-webkit-appearance:none;appearance:none;width:100%;height:24px;margin:0;background:none;cursor:pointer}
input[type=range]::-webkit-slider-runnable-track{height:4px;border-radius:2px;background:var(--track,var(--faint))}
input[type=range]::-moz-range-track{height:4px;border-radius:2px;background:var(--track,var(--faint))}
input[type=range]::-webkit-slider-thumb{-webkit-appearance:none;width:16px;height:16px;margin-top:-6px;border-radius:50%;background:var(--now);border:2px solid var(--paper);box-shadow:0 0 0 1px var(--now)}
input[type=range]::-moz-range-thumb{width:12px;height:12px;border-radius:50%;background:var(--now);border:2px solid var(--paper);box-shadow:0 0 0 1px var(--now)}
.starts{display:flex;gap:5px;overflow-x:auto;padding:3px 3px 8px;margin-bottom:16px;scrollbar-width:thin}
.starts button,#strip button{padding:0;border:2px solid transparent;border-radius:6px;background:none;overflow:hidden;flex:none;line-height:0}
.starts canvas{width:52px;height:auto}
.starts button:hover,#strip button:hover{border-color:var(--muted)}
.starts button[aria-current=true],#strip button[aria-current=true]{border-color:var(--now)}
.between{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:14px;align-items:center}
.end{font-weight:600;align-self:stretch}
.end.a{color:var(--a);border-color:var(--a)}.end.b{color:var(--b);border-color:var(--b)}
#strip{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:4px}
#strip canvas{width:100%;height:auto}
#strip button:first-child{border-color:var(--a)}#strip button:last-child{border-color:var(--b)}
#share{--track:linear-gradient(to right,var(--a),var(--b))}
#live-error{color:var(--now);font-weight:600}
@media (max-width:1080px){.bench{grid-template-columns:minmax(220px,300px) minmax(0,1fr);grid-template-areas:"view latents" "map map"}.map{max-width:640px}}
@media (max-width:640px){
.bench{display:flex;flex-direction:column;gap:16px;align-items:stretch}
.bench>*{order:2}
.view{order:1;display:grid;grid-template-columns:44% minmax(0,1fr);gap:8px 12px;position:sticky;top:0;z-index:2;background:var(--paper);padding:8px 0;border-bottom:1px solid var(--faint)}
.beside{margin:0;min-height:0;grid-template-areas:"origin origin" "timing timing" "original original"}
#original-figure canvas{width:48px}#original-figure figcaption{text-align:left}
.view .buttons{grid-column:1/-1;flex-wrap:nowrap}
.view .buttons button{flex:1 1 auto;padding:4px 6px;font-size:13px}
#sliders{max-height:none;overflow:visible}
#sliders li{grid-template-columns:30px 60px minmax(60px,1fr) 42px;min-height:36px}
.between{grid-template-columns:1fr 1fr}
.way{grid-column:1/-1;grid-row:1}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
}
@media print{
.facts div{padding:0}
.bench{grid-template-columns:1.2fr .8fr 1fr;grid-template-areas:"map view latents";gap:16px;break-inside:avoid}
.starts,#share,#sliders input,#peek,#timing,.choice,.on-screen{display:none}
#strip button{display:block}
#sliders{max-height:none;overflow:visible}
#sliders li{grid-template-columns:34px minmax(0,1fr) 44px;min-height:0}
.between{display:block;break-inside:avoid}
pre{max-height:none;white-space:pre-wrap}
}
`;
