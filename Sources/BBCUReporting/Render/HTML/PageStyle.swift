/// The style sheet of every page: light and dark by the reader's setting, one column from 320 pixels on, printable.
enum PageStyle {
    /// The text of the style element.
    static let text = """
        :root{color-scheme:light dark;--page:#fff;--panel:#f5f7f9;--ink:#1a2027;--muted:#566270;--line:#d3dae1;\
        --good:#12693d;--good-page:#e3f4ea;--caution:#7a4b00;--caution-page:#fdf3dc;--bad:#ab1d1d;--bad-page:#fdeaea;--link:#0b5cad;\
        --first:#1d6fb8;--second:#c4570a;--third:#6d4fa8;--fourth:#2f7d5b;\
        --level0:#eef4fa;--level1:#cfe2f3;--level2:#9cc3e6;--level3:#5b97cf;--level4:#1f68ad;--beyond:#b3261e;\
        --level-ink:#10202f;--level-strong:#fff}
        @media (prefers-color-scheme:dark){:root{--page:#12171d;--panel:#1a2129;--ink:#e4e9ee;--muted:#9dabb8;--line:#35414d;\
        --good:#7bd6a3;--good-page:#143023;--caution:#f0c274;--caution-page:#33270f;--bad:#ff9a92;--bad-page:#3b1a1a;--link:#80bdf5;\
        --first:#6db3f2;--second:#f3a25c;--third:#b9a0ee;--fourth:#74cba4;\
        --level0:#1b2733;--level1:#223d57;--level2:#2b5883;--level3:#3f7fb9;--level4:#86bff0;--beyond:#ff8a80;\
        --level-ink:#e4e9ee;--level-strong:#0c1620}}
        *{box-sizing:border-box}
        [hidden]{display:none!important}
        html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
        body{margin:0 auto;max-width:74rem;padding:1.25rem;background:var(--page);color:var(--ink);\
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .8rem}
        h2{font-size:1.25rem;margin:0 0 .6rem}
        h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
        h1,h2,h3,p,dd,td,th,li,figcaption,summary{overflow-wrap:anywhere}
        code{font:.92em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px}
        .skip{position:absolute;left:-999rem}
        .skip:focus{left:1rem;top:1rem;background:var(--page);padding:.4rem .8rem;z-index:2}
        .brand{margin:0;color:var(--muted);font-size:.85rem;letter-spacing:.08em}
        .verdict{padding:.8rem 1rem;border-left:.35rem solid var(--line);background:var(--panel);margin:0 0 1rem}
        .verdict.good{border-color:var(--good);background:var(--good-page);color:var(--good)}
        .verdict.caution{border-color:var(--caution);background:var(--caution-page);color:var(--caution)}
        .verdict.bad{border-color:var(--bad);background:var(--bad-page);color:var(--bad)}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:.35rem 1.5rem;margin:0 0 1rem}
        .facts div{display:flex;gap:.75rem;min-width:0}
        .facts dt{flex:0 0 5.5rem;color:var(--muted)}
        .facts dd{margin:0;min-width:0}
        nav{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:.6rem 0;border-block:1px solid var(--line);margin-bottom:1.6rem}
        section{margin:0 0 2.4rem;scroll-margin-top:1rem}
        figure{margin:1rem 0}
        figcaption{color:var(--muted);font-size:.9rem;margin:.4rem 0}
        .scroll{overflow-x:auto;max-width:100%}
        .scroll svg{display:block;width:100%;min-width:42rem;height:auto}
        .scroll svg.narrow{min-width:20rem}
        svg text{fill:var(--ink);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        svg .muted{fill:var(--muted)}
        svg .grid{stroke:var(--line);stroke-width:1}
        svg .first,.key .first{fill:var(--first);background:var(--first)}
        svg .second,.key .second{fill:var(--second);background:var(--second)}
        svg .third,.key .third{fill:var(--third);background:var(--third)}
        svg .fourth,.key .fourth{fill:var(--fourth);background:var(--fourth)}
        svg .beyond,.key .beyond{fill:var(--beyond);background:var(--beyond)}
        svg .line{fill:none;stroke-width:2}
        svg .line.first{stroke:var(--first);fill:none}svg .line.second{stroke:var(--second);fill:none;stroke-dasharray:6 4}
        svg .line.third{stroke:var(--third);fill:none}svg .line.fourth{stroke:var(--fourth);fill:none;stroke-dasharray:6 4}
        svg .level0{fill:var(--level0)}svg .level1{fill:var(--level1)}svg .level2{fill:var(--level2)}\
        svg .level3{fill:var(--level3)}svg .level4{fill:var(--level4)}
        svg .tile{stroke:var(--page);stroke-width:1.5}
        svg .tile-text{fill:var(--level-ink)}svg .tile-strong{fill:var(--level-strong)}
        .key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.3rem 0;padding:0;list-style:none;font-size:.9rem}
        .key span{display:inline-block;width:.9rem;height:.9rem;border-radius:2px;margin-right:.4rem;vertical-align:-.1rem}
        .key .level0{background:var(--level0)}.key .level1{background:var(--level1)}.key .level2{background:var(--level2)}\
        .key .level3{background:var(--level3)}.key .level4{background:var(--level4)}
        .diagram{display:flex;flex-wrap:wrap;gap:.35rem;list-style:none;margin:.6rem 0;padding:0}
        .diagram li{display:flex;flex-direction:column;padding:.25rem .5rem;border-radius:4px;border:1px solid var(--line);\
        font-size:.82rem;line-height:1.35;min-width:0;max-width:100%;color:var(--level-ink);background:var(--level0)}
        .diagram a{color:inherit;text-decoration:none}
        .diagram a:hover{text-decoration:underline}
        .diagram .level1{background:var(--level1)}.diagram .level2{background:var(--level2)}
        .diagram .level3{background:var(--level3)}.diagram .level4{background:var(--level4);color:var(--level-strong)}
        .diagram .beyond{background:var(--beyond);color:var(--level-strong);font-weight:600}
        .diagram .plain{background:var(--panel);color:var(--muted)}
        .diagram .marked{outline:3px solid var(--beyond);outline-offset:1px}
        table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
        th,td{padding:.28rem .6rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}
        td.wrap{white-space:normal;min-width:14rem}
        th{color:var(--muted);font-weight:600}
        th.number,td.number{text-align:right}
        tr.bad td,tr.bad th{color:var(--bad)}
        tr:target{background:var(--panel)}
        details{margin:.5rem 0}
        summary{cursor:pointer;color:var(--link)}
        img{display:block;max-width:100%;height:auto;background:var(--panel)}
        .pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:1rem}
        .pictures figure{margin:0}
        .multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr));gap:1rem}
        .multiples figure{margin:0}.multiples svg{display:block;width:100%;height:auto}
        pre{margin:0}
        .wide{width:100%}
        .pixels{image-rendering:pixelated}
        .compare .stack{position:relative;overflow:hidden}
        .compare .stack img{position:absolute;inset:0;width:100%;height:100%}
        .compare .stack img:first-child{position:relative}
        .compare .controls{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.5rem 0}
        .compare input[type=range]{flex:1 1 12rem;min-width:0;accent-color:var(--link)}
        select,button{font:inherit;padding:.25rem .5rem;max-width:100%}
        .evidence{border-left:.25rem solid var(--line);padding:.1rem 0 .1rem .9rem;margin:.8rem 0}
        @media print{body{max-width:none;padding:0;font-size:10pt}nav,.skip,.controls,#save-json{display:none}\
        section{break-inside:auto}figure,tr,.evidence{break-inside:avoid}.scroll{overflow:visible}.scroll svg{min-width:0}\
        table{font-size:8pt}th,td{white-space:normal}}
        """
}
