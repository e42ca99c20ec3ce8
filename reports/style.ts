// The page's style sheet.
import { PALETTE_CSS } from './palette.ts';

/** The page's style sheet: one column, system fonts, for screens from a phone up and for paper. */
export const STYLE = `${PALETTE_CSS}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
body>*{max-width:920px;margin-inline:auto;padding-inline:20px}
h1,h2,h3{line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
h1{font-size:clamp(32px,5.5vw,50px);font-weight:650;margin:0 0 14px;letter-spacing:-.028em}
h2{font-size:clamp(24px,3.4vw,31px);font-weight:640;margin:0 0 10px}
h3 .quiet,.marked .quiet{font-weight:400}
h3{font-size:16px;font-weight:640;margin:0 0 8px;letter-spacing:-.005em}
section>h3{margin-top:40px}
figure>.tools input[type=search]{min-width:20em}
p{margin:0 0 18px;max-width:66ch;color:var(--soft);text-wrap:pretty}
a{color:var(--blue);text-decoration-thickness:1px;text-underline-offset:3px}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.12em .35em;border-radius:4px}
.eyebrow{font-size:13.5px;color:var(--muted);margin:0 0 6px}
.name{overflow-wrap:anywhere}
.quiet{color:var(--muted)}
header{padding-top:clamp(40px,8vw,88px)}
.meta{color:var(--muted);font-size:15px;margin:0 0 4px;max-width:none}
.findings{list-style:none;margin:clamp(28px,4vw,44px) 0 28px;padding:0;border-top:1px solid var(--line)}
.findings li{display:grid;grid-template-columns:6.5rem 1fr;gap:4px 24px;align-items:baseline;padding:12px 0;border-bottom:1px solid var(--line)}
.findings b{font-size:21px;font-weight:620;letter-spacing:-.03em;line-height:1.1;white-space:nowrap}
.findings p{margin:0;font-size:15.5px;line-height:1.5;max-width:none;color:var(--ink)}
nav{position:sticky;top:0;z-index:2;display:flex;gap:22px;overflow-x:auto;padding-block:12px;font-size:14.5px;line-height:1.3;background:var(--page);border-bottom:1px solid var(--line);scrollbar-width:thin}
nav a{flex:none;color:var(--soft);text-decoration:none;padding:2px 0}
nav a:hover{color:var(--blue)}
nav a[aria-current]{color:var(--ink);font-weight:600}
:target,section{scroll-margin-top:48px}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:2px}
.verdicts{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(250px,100%),1fr));gap:28px 36px;margin:clamp(28px,4vw,44px) 0 8px;padding:0}
.verdicts b{display:block;font-size:clamp(24px,3vw,30px);font-weight:640;letter-spacing:-.025em;line-height:1.15;margin:0 0 8px}
.verdicts p{margin:0 0 8px;font-size:15.5px;line-height:1.5}
.verdicts code{display:block;padding:.55em .7em;font-size:13px;overflow-wrap:anywhere}
section{padding-top:clamp(48px,7vw,84px)}
figure{margin:30px 0 0}
figcaption{margin-top:10px;max-width:66ch;font-size:15px;line-height:1.5;color:var(--muted);text-wrap:pretty}
svg{display:block;width:100%;height:auto}
.narrow{display:none;max-width:460px}
.only{max-width:330px}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:8px 22px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:3px 20px;margin:0 0 12px;padding:0;font-size:14px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:8px}
.legend button{all:unset;display:flex;align-items:center;gap:8px;cursor:pointer}
.legend button:focus-visible{outline:2px solid var(--blue);outline-offset:3px;border-radius:2px}
.legend button[aria-pressed=false]{text-decoration:line-through;color:var(--muted)}
.legend button[aria-pressed=false] i{opacity:.25}
.chart.live>svg{display:none}
.view{width:100%}
.view svg,.view canvas{display:block;width:auto}
.brushed{cursor:ew-resize;touch-action:pan-y}
.tip{position:fixed;z-index:3;pointer-events:none;max-width:min(340px,90vw);padding:8px 11px;border:1px solid var(--line);border-radius:6px;background:var(--page);box-shadow:0 4px 18px rgb(0 0 0/.14);font-size:13px;line-height:1.45;overflow-wrap:anywhere}
.tip span{color:var(--muted);margin-right:.6em}
.tip[hidden],[hidden]{display:none!important}
.tools{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;justify-content:flex-end;margin:22px 0 -14px;font-size:13.5px;color:var(--muted)}
.tools button,.tools summary,.tools select,.tools input[type=search]{font:inherit;color:var(--soft);background:none;border:1px solid var(--line);border-radius:5px;padding:3px 10px}
.tools button,.tools summary{cursor:pointer}
.tools button:hover,.tools summary:hover{color:var(--ink);border-color:var(--muted)}
.tools input[type=search]{min-width:11em;color:var(--ink)}
.tools label{display:flex;gap:8px;align-items:center}
.tools input[type=range]{width:min(240px,38vw);accent-color:var(--orange)}
.columns{position:relative;margin:0}
.columns>div{position:absolute;z-index:2;right:0;top:110%;display:grid;gap:6px;padding:12px 16px;border:1px solid var(--line);border-radius:6px;background:var(--page);box-shadow:0 4px 18px rgb(0 0 0/.14);white-space:nowrap}
th>button{all:unset;cursor:pointer}
th>button:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
th>button:hover{color:var(--ink)}
th[aria-sort]>button{color:var(--ink)}
th[aria-sort=descending]>button::after{content:" ↓"}
th[aria-sort=ascending]>button::after{content:" ↑"}
.band{margin-top:40px}
.band .tools{justify-content:flex-start;margin:0 0 12px}
.band .scroll{margin-top:10px}
.legend i{flex:none;width:10px;height:10px;background:var(--c)}
.legend .dot{border-radius:50%}
.legend .line{width:18px;height:2px}
.legend .bar{width:14px;border-radius:2px}
.legend .outline{width:14px;background:none;border:1.5px solid var(--c);border-radius:2px}
.legend .tick{width:3px;height:13px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(230px,44%),1fr));gap:18px 28px;margin:22px 0 0}
dt{font-size:13.5px;color:var(--muted)}
dd{margin:1px 0 0;line-height:1.45;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:24px 0 0}
table{--gap:18px;border-collapse:collapse;width:100%;font-size:15px;line-height:1.4}
.fixed{table-layout:fixed}
thead th{font-weight:400;font-size:13.5px;color:var(--muted);vertical-align:bottom;border-bottom:1px solid var(--line)}
th,td{text-align:left;padding:9px 0 9px var(--gap);border-bottom:1px solid var(--grid);vertical-align:baseline}
th:first-child,td:first-child{padding-left:0}
tbody th{font-weight:400;min-width:9rem}
.number{text-align:right;white-space:nowrap}
.marked>*{font-weight:640}
.under{background:linear-gradient(var(--bar) 0 0) var(--gap) calc(100% - 3px)/calc(var(--share)*(100% - var(--gap))) 3px no-repeat}
.beside{background:linear-gradient(var(--bar) 0 0) calc(var(--gap) + 4.8em) 50%/calc(var(--share)*(100% - var(--gap) - 4.8em)) 10px no-repeat}
.beside>span{display:inline-block;width:3.8em;text-align:right;white-space:nowrap}
.marked .beside{--bar:var(--blue)}
details{margin-top:14px}
summary{cursor:pointer;color:var(--blue);font-size:15px;padding:6px 0}
details .scroll{margin-top:0}
footer{margin-top:clamp(56px,8vw,96px);padding-block:8px 64px;font-size:14px;color:var(--muted)}
footer h2{font-size:16px;letter-spacing:0;margin:32px 0 0;padding-top:24px;border-top:1px solid var(--line)}
footer h3{font-size:14px;margin:22px 0 0;color:var(--soft);overflow-wrap:anywhere}
footer dl{margin-top:10px;gap:12px 28px;grid-template-columns:repeat(auto-fill,minmax(min(180px,44%),1fr))}
footer dd{color:var(--soft)}
@media (min-width:1280px){
body{display:grid;grid-template-columns:minmax(200px,1fr) minmax(0,920px) 1fr}
body>header,main,body>footer{grid-column:2;width:100%}
nav{grid-column:1;grid-row:1/span 3;align-self:start;flex-direction:column;gap:9px;max-width:260px;max-height:100vh;margin:0 0 0 auto;padding:96px 28px 40px 20px;overflow:hidden auto;border:0}
nav a{text-wrap:balance}
section{scroll-margin-top:0}
}
@media (min-width:2000px){
body{font-size:19px;grid-template-columns:minmax(240px,1fr) minmax(0,1180px) 1fr}
body>*{max-width:1180px}
nav{font-size:16px;max-width:320px}
}
@media (max-width:700px){
body{font-size:16px}
.wide,figure>.tools{display:none}
.narrow{display:block}
.findings li{grid-template-columns:1fr}
table{min-width:560px}
.fixed{min-width:640px}
tbody th{position:sticky;left:0;background-color:var(--page)}
}
@media print{
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body>*{max-width:none}
nav,summary,.tools,.tip,.view,.band{display:none!important}
.chart.live>svg{display:block}
body{display:block}
.verdicts{grid-template-columns:repeat(3,1fr)}
body{background:none}
figure,tr,p,.findings li{break-inside:avoid}
h2,h3,.eyebrow,section>p{break-after:avoid}
table{--gap:10px;font-size:8.5pt;line-height:1.3}
th,td{padding-block:4px 5px}
.panels{grid-template-columns:repeat(3,1fr)}
figcaption,.legend{font-size:9pt}
section{padding-top:32px}
.wide{display:block}
.narrow{display:none}
.scroll{overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}
}`;
