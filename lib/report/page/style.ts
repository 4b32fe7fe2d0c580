/** The page's only style sheet, inline: no request but for the page itself. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fff; --card: #f5f7f9; --line: #d9dfe6; --red: #b3261e; --amber: #9a6700; --green: #1a7f37; --blue: #2f6fbb; --violet: #7b5bb5; --teal: #1b7f7a; --used: #d5e3f3; --band: #f3c9a5; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #9aa6b4; --paper: #12161c; --card: #1b2129; --line: #323b46; --red: #ff8f85; --amber: #e3b341; --green: #56d364; --blue: #79b0f0; --violet: #b79cf0; --teal: #5cc7c0; --used: #22364d; --band: #5a3d20; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.25rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: .4rem 0 1rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; }
.label { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; font-size: .85rem; border: 1px solid currentColor; }
.critical { color: var(--red); } .warning { color: var(--amber); } .info { color: var(--blue); } .resolved { color: var(--green); }
.lead { background: var(--card); border-left: 4px solid currentColor; border-radius: .3rem; padding: .7rem 1rem; margin: .8rem 0; }
.lead > * { color: var(--ink); } .lead strong { display: block; font-size: .85rem; color: var(--soft); font-weight: 600; }
code { font: .9em/1.4 ui-monospace, monospace; background: var(--card); border: 1px solid var(--line); border-radius: .25rem; padding: .05rem .3rem; user-select: all; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; }
ul { padding-left: 1.2rem; } li { margin: .35rem 0; } .where { display: block; color: var(--soft); font-size: .85rem; }
figure { margin: 1.2rem 0; } svg { width: 100%; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; } .tick, .note { fill: var(--soft); font-size: 13px; }
.used { fill: var(--used); } .capacity { stroke: var(--soft); stroke-dasharray: 6 4; } .forecast { fill: var(--band); stroke: var(--band); stroke-width: 4; stroke-linejoin: round; }
.line { fill: none; stroke-width: 2; } .line-0 { stroke: var(--blue); } .line-1 { stroke: var(--violet); } .line-2 { stroke: var(--teal); } .line-3 { stroke: var(--soft); } .culprit { stroke: var(--red); stroke-width: 3; }
.marker { stroke: var(--amber); stroke-dasharray: 3 3; } .failures { fill: var(--red); }
.at .column { fill: transparent; } .at .tip { visibility: hidden; pointer-events: none; } .at:hover .tip { visibility: visible; }
.tip line { stroke: var(--soft); } .tip rect { fill: var(--paper); stroke: var(--line); } .tip text { fill: var(--ink); font-size: 13px; }
nav { display: flex; gap: 1.2rem; margin-bottom: 1rem; } a { color: var(--blue); } .where a { color: inherit; } .aside { color: var(--soft); }
form label { display: inline-block; margin: .2rem .8rem .2rem 0; font-size: .9rem; color: var(--soft); } input, select, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: .3rem; padding: .2rem .5rem; max-width: 100%; } button { background: var(--card); cursor: pointer; border-color: var(--soft); }
.forms { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin: 1rem 0; } .forms form { background: var(--card); border-radius: .3rem; padding: .6rem 1rem 1rem; } .forms h2 { font-size: .95rem; margin: .2rem 0; } .inline { display: inline; margin-left: .6rem; }
.list td, .list th { text-align: left; vertical-align: top; } .list { width: 100%; } .list .label { white-space: nowrap; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .9rem; }
.legend li::before { content: ""; display: inline-block; width: 1.1rem; height: .25rem; margin-right: .45rem; vertical-align: middle; background: var(--soft); }
.legend .key-used::before { background: var(--used); height: .8rem; } .legend .key-culprit::before { background: var(--red); } .legend .key-0::before { background: var(--blue); } .legend .key-1::before { background: var(--violet); } .legend .key-2::before { background: var(--teal); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; } th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; } thead th { vertical-align: bottom; }
summary { cursor: pointer; color: var(--soft); } footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); padding-top: .8rem; }
article + article { border-top: 3px double var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } .tick, .note { font-size: 22px; } .at:hover .tip { visibility: hidden; } }
@media print { nav, form, .tip, .forms { display: none; } body { max-width: none; } details { display: none; } .lead { border: 1px solid #999; } }
`;
