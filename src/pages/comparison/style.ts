/** What a comparison looks like beside the style of every page. */

export const comparisonStyle = `
.verdict{font-size:18px;font-weight:600;max-width:74ch}
thead td{border-bottom:1px solid var(--faint)}
.measures th,.measures td{text-align:right;border-bottom:1px solid var(--faint)}
.measures thead th{color:var(--ink);font-weight:600}
.measures th:first-child{text-align:left}
.measures th:last-child,.measures td:last-child{text-align:left;color:var(--muted);padding-right:0}
.small{--narrowest:320px}
.small .chart svg{min-width:min(var(--width),320px)}
.large{--narrowest:560px}
.small + h3,h3.after{margin-top:16px}
.measures.effects td:last-child{color:inherit;text-align:right}
#live-error{color:var(--now);font-weight:600}
@media print{.on-screen{display:none}}
`;
