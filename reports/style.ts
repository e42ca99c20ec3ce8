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
p{margin:0 0 18px;max-width:66ch;color:var(--soft);text-wrap:pretty}
a{color:var(--blue);text-decoration-thickness:1px;text-underline-offset:3px}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:.12em .35em;border-radius:4px}
.eyebrow{font-size:13.5px;color:var(--muted);margin:0 0 6px}
.name{overflow-wrap:anywhere}
.quiet{color:var(--muted)}
header{padding-top:clamp(40px,8vw,88px)}
.meta{color:var(--muted);font-size:15px;margin:0 0 4px;max-width:none}
.findings{list-style:none;margin:clamp(28px,4vw,44px) 0 28px;padding:0;border-top:1px solid var(--line)}
.findings li{display:grid;grid-template-columns:9.5rem 1fr;gap:4px 24px;align-items:baseline;padding:20px 0;border-bottom:1px solid var(--line)}
.findings b{font-size:clamp(28px,4vw,36px);font-weight:620;letter-spacing:-.03em;line-height:1.1;white-space:nowrap}
.findings p{margin:0;font-size:17px;color:var(--ink)}
nav{font-size:15px;margin:0 0 8px}
nav a{display:inline-block;margin-right:20px;padding:3px 0;text-decoration:none}
nav a:hover{text-decoration:underline}
section{padding-top:clamp(48px,7vw,84px)}
figure{margin:30px 0 0}
figcaption{margin-top:10px;max-width:66ch;font-size:15px;line-height:1.5;color:var(--muted);text-wrap:pretty}
svg{display:block;width:100%;height:auto}
.narrow{display:none;max-width:460px}
.only{max-width:330px}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:8px 22px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:3px 20px;margin:0 0 12px;padding:0;font-size:14px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:8px}
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
@media (max-width:700px){
body{font-size:16px}
.wide{display:none}
.narrow{display:block}
.findings li{grid-template-columns:1fr}
table{min-width:560px}
.fixed{min-width:640px}
tbody th{position:sticky;left:0;background-color:var(--page)}
}
@media print{
body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
body>*{max-width:none}
nav,summary{display:none}
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
