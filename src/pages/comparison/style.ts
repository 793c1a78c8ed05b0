/** What a comparison looks like beside the style of every page. */

export const comparisonStyle = `
.verdict{font-size:18px;font-weight:600;max-width:74ch}
.measures th,.measures td{text-align:right;border-bottom:1px solid var(--faint)}
.measures thead th{color:var(--ink);font-weight:600}
.measures th:first-child{text-align:left}
.measures th:last-child,.measures td:last-child{text-align:left;color:var(--muted);padding-right:0}
.small{--narrowest:320px}
.small + h3{margin-top:16px}
.definitions{columns:2 420px;column-gap:40px;margin:12px 0 0}
.definitions div{break-inside:avoid;margin-bottom:10px}
.definitions dt{font-weight:600}
.definitions dd{margin:0;color:var(--muted);font-size:13px;overflow-wrap:anywhere}
`;
