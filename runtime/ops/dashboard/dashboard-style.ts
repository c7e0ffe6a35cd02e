/** The style sheet of the dashboard: light and dark, wide and narrow, and no colour that alone says anything. */
export const dashboardStyle = `
:root { color-scheme: light dark; --page: light-dark(#ffffff, #0d1117); --ink: light-dark(#1f2328, #e6edf3); --line: light-dark(#d0d7de, #3d444d);
  --soft: light-dark(#57606a, #9198a1); --band: light-dark(#f6f8fa, #151b23); --link: light-dark(#0550ae, #79c0ff);
  --bad: light-dark(#a40e26, #ff938a); --warning: light-dark(#7d4e00, #e3b341); --good: light-dark(#116329, #56d364);
  --unknown: light-dark(#5b3fa8, #c5a5ff); --paused: light-dark(#57606a, #9198a1); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
.bar, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
body > header { background: var(--band); border-bottom: 1px solid var(--line); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding-block: .5rem; }
.bar p { margin: 0; } .brand { font-weight: 700; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: 0; list-style: none; }
a { color: var(--link); } nav a { display: inline-block; padding: .25rem 0; } nav [aria-current] { color: var(--ink); font-weight: 600; text-decoration-thickness: 3px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; z-index: 1; }
h1 { font-size: 1.5rem; margin: 1.25rem 0 .5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
.headline { padding: .75rem 1rem; border-left: .4rem solid var(--unknown); background: var(--band); font-size: 1.25rem; font-weight: 600; margin: 1rem 0; }
.headline.bad { border-color: var(--bad); } .headline.warning { border-color: var(--warning); } .headline.good { border-color: var(--good); }
.headline .icon { width: 1.25rem; height: 1.25rem; } .live { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; margin: 0 0 0 auto; font-size: .875rem; }
.live p { min-width: 11rem; min-height: 1.3em; text-align: right; } .live button[hidden] { display: inline-block; visibility: hidden; }
button, input, select, textarea { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: .25rem; padding: .25rem .6rem; max-width: 100%; }
button { cursor: pointer; min-height: 2rem; } label { display: grid; gap: .15rem; font-size: .875rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: end; margin: .75rem 0; } form label.wide { flex: 1 1 16rem; } textarea { width: 100%; }
.sprite { position: absolute; } .icon { width: 1rem; height: 1rem; vertical-align: -.15em; fill: currentcolor; } .icon .mark, .mark { stroke: var(--page); stroke-width: 1.6; fill: none; }
.state { white-space: nowrap; font-weight: 600; } .bad { color: var(--bad); } .warning { color: var(--warning); } .good { color: var(--good); }
.unknown { color: var(--unknown); } .paused, .soft { color: var(--soft); } .headline, .headline .state { color: var(--ink); white-space: normal; }
.name { overflow-wrap: anywhere; } .hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; } .age { font-variant-numeric: tabular-nums; }
.counts { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .5rem 0; list-style: none; } .counts [aria-current] { font-weight: 700; }
.services { list-style: none; padding: 0; margin: 0; } .services li { display: grid; grid-template-columns: minmax(10rem, 1fr) 8.5rem minmax(8rem, 24rem) 6rem; gap: 0 1rem;
  align-items: center; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.services li > :last-child { text-align: right; font-variant-numeric: tabular-nums; }
.incidents { list-style: none; padding: 0; } .incidents li { padding: .6rem .8rem; border: 1px solid var(--line); border-left: .4rem solid var(--bad); margin: .5rem 0; }
.incidents p { margin: .15rem 0 0; } .days, .chart { display: block; width: 100%; } .days { height: 1.5rem; }
.days path { fill: currentcolor; } .days .empty { fill: var(--line); } .chart { height: auto; max-width: 60rem; } .chart text { fill: var(--soft); font-size: 12px; }
.chart .axis { stroke: var(--line); fill: none; } .chart .line { stroke: var(--link); stroke-width: 2; stroke-linecap: round; fill: none; } .chart .box { fill: var(--band); stroke: var(--soft); }
.chart .label { fill: var(--ink); } .chart .miss { stroke: var(--bad); stroke-width: 2; }
progress { width: 100%; max-width: 20rem; height: .75rem; accent-color: var(--link); vertical-align: middle; }
.scroll { overflow-x: auto; position: relative; } table { border-collapse: collapse; width: 100%; font-size: .9rem; } caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); } th[scope=col] { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td .state, td time { white-space: nowrap; } td .name, th .name { display: inline-block; min-width: 8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: .85em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: isolate; } summary { cursor: pointer; padding: .25rem 0; }
.timeline { padding-left: 1.25rem; } .timeline li { margin: .4rem 0; } .text { white-space: pre-wrap; overflow-wrap: anywhere; } .pager { margin: 1rem 0; display: flex; gap: 1.5rem; }
.problem { border: 1px solid var(--bad); border-left-width: .4rem; padding: .5rem 1rem; margin: 1rem 0; }
footer { max-width: 76rem; margin: 2rem auto 0; padding: 1rem; color: var(--soft); font-size: .875rem; border-top: 1px solid var(--line); }
@media (max-width: 45rem) { .services li { grid-template-columns: minmax(0, 1fr) 8.5rem; } .live { margin: 0; } .live p { text-align: left; } dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; } }
@media (prefers-reduced-motion: no-preference) { .headline { transition: border-color .2s; } }
@media print { .live, nav, form, .skip { display: none; } }
`;
