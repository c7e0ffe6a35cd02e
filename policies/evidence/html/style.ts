/** The style sheet of the report: light and dark, on paper, and no colour that alone says anything. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --soft: light-dark(#57606a, #9198a1); --band: light-dark(#f6f8fa, #151b23);
  --bad: light-dark(#a40e26, #ff938a); --open: light-dark(#7d4e00, #e3b341); --good: light-dark(#116329, #56d364); --link: light-dark(#0550ae, #79c0ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.5rem 4rem; max-width: 84rem; background: light-dark(#ffffff, #0d1117); color: light-dark(#1f2328, #e6edf3);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 1rem 0 .5rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
a { color: var(--link); } :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: Canvas; padding: .5rem; }
.verdict { font-size: 1.2rem; padding: .75rem 1rem; border-left: .4rem solid; background: var(--band); margin: 1rem 0; }
.verdict.yes { border-color: var(--good); } .verdict.no { border-color: var(--bad); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; padding: .75rem 1rem; background: var(--band); position: sticky; top: 0; z-index: 1;
  border: 1px solid var(--line); }
form[hidden], tr[hidden] { display: none; } label { display: grid; gap: .15rem; font-size: .875rem; }
input, select, button { font: inherit; padding: .25rem .5rem; } output { margin-left: auto; color: var(--soft); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); } th { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; unicode-bidi: isolate; } .name { unicode-bidi: isolate; overflow-wrap: anywhere; }
.state { white-space: nowrap; font-weight: 600; } .fail, .error { color: var(--bad); } .undetermined, .fail-waived { color: var(--open); } .pass { color: var(--good); }
.soft { color: var(--soft); } details ul, td ul { margin: .25rem 0; padding-left: 1.1rem; } summary { cursor: pointer; }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 9pt; } form, nav, .skip { display: none; } a { color: inherit; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } .scroll { overflow: visible; } }
`;
