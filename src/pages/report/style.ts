/** What a report looks like beside the style of every page; the explorer brings its own. */

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
h3.after{margin-top:20px}
.meanings{columns:2 380px;column-gap:40px}
.meanings li{break-inside:avoid}
.meanings span{color:var(--muted);font-size:13px;display:block}
pre{font-size:12.5px;line-height:1.5;background:var(--page);border-radius:8px;padding:12px;overflow:auto;max-height:420px}
summary{cursor:pointer}
.heading{display:flex;flex-wrap:wrap;gap:0 16px;align-items:baseline;margin-bottom:14px}
.heading p{margin:0}
#live-error{color:var(--now);font-weight:600}
@media (max-width:640px){.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}}
@media print{
.meanings{columns:2 240px}
.facts div{padding:0}
.on-screen{display:none}
pre{max-height:none;white-space:pre-wrap}
}
`;
