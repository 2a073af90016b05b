//! Pages and what becomes of them.
use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use reqwest::Url;

use super::sink::{MAX_DEPTH, MAX_INDENTED, MAX_NODES};
use super::{Converted, STACK, converted, markdown, plain};

/// More than any page takes here.
const PATIENCE: Duration = Duration::from_secs(60);

fn url() -> Url {
    Url::parse("https://example.com/dir/page").unwrap()
}

/// Converts on a stack as large as the real one.
fn convert(html: impl Into<String>) -> Converted {
    let html = html.into();
    let thread = std::thread::Builder::new().stack_size(STACK);
    let thread = thread.spawn(move || converted(&html, &url(), Instant::now() + PATIENCE));
    thread.unwrap().join().unwrap()
}

/// Whether the page is one for the converter at all.
fn has_layout(html: &str) -> bool {
    let html = html.to_owned();
    let thread = std::thread::Builder::new().stack_size(STACK);
    let thread = thread.spawn(move || markdown(&html, &url(), Instant::now() + PATIENCE).is_some());
    thread.unwrap().join().unwrap()
}

#[track_caller]
fn check(html: &str, expect: Expect) {
    expect.assert_eq(&convert(html).markdown);
}

#[test]
fn layout() {
    check(
        "<h2>Code</h2><pre><code class='language-rust'>fn a() {\n    b();\n}\n</code></pre>\
         <p>x<code>y</code></p><blockquote><p>q</p></blockquote><ol><li>a</li><li>b<ul><li>c</ul>\
         </ol><hr><p>1 &lt; 2 &amp; *no*</p>",
        expect![[r#"
            ## Code

            ```rust
            fn a() {
                b();
            }
            ```

            x`y`

            > q

            1. a
            2. b
               - c

            * * *

            1 < 2 & \*no\*"#]],
    );
}

#[test]
fn tables_are_not_padded() {
    check(
        "<table><caption>Cap</caption><thead><tr><th>A<th>B</thead><tr><td>a|b<td>a long\n cell\
         <tr><td><p>x</p><p>y</p></table>",
        expect![[r#"
            Cap

            | A | B |
            | --- | --- |
            | a\|b | a long cell |
            | x y |"#]],
    );
    // One for layout is no table.
    check(
        "<table><tr><td>left<td>right<tr><td><table><tr><th>in</table></table>",
        expect![[r#"
            left

            right

            in"#]],
    );
}

#[test]
fn links_hold_outside_of_the_page() {
    check(
        "<a href='/a'>a</a> <a href='b?c=1'>b</a> <a href='//x.example/'>c</a> <a href='#d'>d</a> \
         <a href='javascript:e()'>e</a> <a href=''>f</a> <a href='mailto:g@h.example'>g</a> \
         <img src='i.png' alt='i'> <img src='data:image/png;base64,AAAA' alt='j'> <a>k</a> \
         <a href='http://[bad'>l</a>",
        expect![
            "[a](https://example.com/a) [b](https://example.com/dir/b?c=1) [c](https://x.example/) d e f [g](mailto:g@h.example) ![i](https://example.com/dir/i.png) k l"
        ],
    );
    check(
        "<h2><a href='#a'>Head</a><a href='/dir/page#a' title='t'>§</a></h2>\
         <p><a href='?x#a'>there</a> <a href='#b'>here</a> x<a href='/vote'> </a> \
         <a href='/' title='t'><img src=i alt=i title=t></a></p>",
        expect![[r#"
            ## Head

            [there](https://example.com/dir/page?x#a) here x [![i](https://example.com/dir/i)](https://example.com/)"#]],
    );
    check(
        "<base href='https://base.example/x/'><base href='https://no.example/'><a href=y>a</a>",
        expect!["[a](https://base.example/x/y)"],
    );
    check(
        "<base href='data:,'><a href=y>a</a>",
        expect!["[a](https://example.com/dir/y)"],
    );
}

#[test]
fn the_main_part_is_taken() {
    let menu = "<nav>menu</nav>";
    let long = "words of the page ".repeat(5);
    check(
        &format!("{menu}<main>{long}</main>"),
        expect![
            "words of the page words of the page words of the page words of the page words of the page"
        ],
    );
    check(
        &format!("{menu}<div role=main>{long}</div>"),
        expect![
            "words of the page words of the page words of the page words of the page words of the page"
        ],
    );
    check(
        &format!("{menu}<p>{long}</p><footer>foot</footer>"),
        expect![
            "words of the page words of the page words of the page words of the page words of the page"
        ],
    );
    // An empty one is filled by scripts, or a mistake.
    check(
        &format!("<main>-</main><p>{long}</p>"),
        expect![[r#"
        -

        words of the page words of the page words of the page words of the page words of the page"#]],
    );
    check(
        &format!("<article>a</article><article>b</article><p>{long}</p>"),
        expect![[r#"
            a

            b

            words of the page words of the page words of the page words of the page words of the page"#]],
    );
    check(
        "<nav><a href='/a'>all</a> that is there</nav>x",
        expect![[r#"
            [all](https://example.com/a) that is there

            x"#]],
    );
}

#[test]
fn titles() {
    for (html, title) in [
        ("<title>A &amp; B</title>", Some("A & B")),
        ("<title> \n </title>", None),
        ("<p>a", None),
        ("<svg><title>drawing</title></svg>", None),
        ("<title>one</title><title>two</title>", Some("one")),
    ] {
        assert_eq!(convert(html).title.as_deref(), title, "{html}");
    }
    let long = convert(format!("<title>{}</title>", "é".repeat(1_000)));
    assert_eq!(long.title.unwrap().chars().count(), 300);
}

#[test]
fn plain_text_is_what_is_left() {
    let converted = plain::text(
        "<title>T &lt;</title><p>One <b>two</b>\n three<script>no</script><style>no</style>\
         <tr><td>a<td>b</tr><!-- no --> &eacute;<textarea><p>x</textarea>",
        Instant::now() + PATIENCE,
    );
    assert_eq!(converted.title.as_deref(), Some("T <"));
    expect![[r#"
        One two
        three
        a b
        é
        x"#]]
    .assert_eq(&converted.markdown);
    let late = plain::text("<p>a", Instant::now() - Duration::from_secs(1));
    assert!(late.markdown.contains("too long to read"), "{late:?}");
}

#[test]
fn pages_that_are_deep() {
    let names = [
        "div",
        "b",
        "i",
        "font",
        "a",
        "p",
        "span",
        "blockquote",
        "ul",
        "ol",
        "li",
        "dl",
        "dd",
        "table",
        "tr",
        "td",
        "select",
        "option",
        "optgroup",
        "svg",
        "math",
        "mi",
        "template",
        "button",
        "form",
        "h1",
        "pre",
        "code",
        "nobr",
        "ruby",
        "frameset",
        "applet",
        "object",
        "noscript",
        "dialog",
        "details",
        "menu",
        "x-own",
    ];
    for (place, name) in names.into_iter().enumerate() {
        // The first as deep as a page of the usual size can be.
        let depth = if place == 0 { 100_000 } else { 1_000 };
        for closing in ["", &format!("</{name}>")] {
            let html = format!(
                "{}words{}",
                format!("<{name}>").repeat(depth),
                closing.repeat(depth)
            );
            let text = convert(html).markdown;
            let is_shown = matches!(name, "select" | "frameset" | "template" | "noscript")
                || matches!(
                    name,
                    "option" | "optgroup" | "svg" | "math" | "button" | "object"
                )
                || matches!(name, "dialog")
                || text.contains("words");
            assert!(is_shown, "{name}: {text:.100}");
        }
    }
    let rows = convert("<table><tr><td>".repeat(5_000) + "words").markdown;
    assert!(rows.contains("words"), "{rows:.100}");
    let mixed = convert("<div><p><b><ul><li><a href=x>".repeat(2_000) + "words").markdown;
    assert!(mixed.contains("words"), "{mixed:.100}");
}

#[test]
fn the_limits_on_depth() {
    let nested = |name: &str, count: usize| format!("<{name}>").repeat(count) + "x";
    // The document, the page and its body are around them.
    assert!(has_layout(&nested("div", MAX_DEPTH - 4)));
    assert!(!has_layout(&nested("div", MAX_DEPTH + 1)));
    assert!(has_layout(&nested("blockquote", MAX_INDENTED)));
    assert!(!has_layout(&nested("blockquote", MAX_INDENTED + 1)));
    assert!(has_layout(&"<p>".repeat(1_000)));
    assert!(!has_layout(&"<p>".repeat(MAX_NODES + 1)));
}

#[test]
fn pages_that_grow() {
    // Each paragraph begins all that was left open again.
    let open: String = (0..200).map(|number| format!("<b a{number}>")).collect();
    let grown = format!("<p>{open}{}", "<p>x".repeat(3_000));
    assert!(convert(grown).markdown.contains('x'));
    let attributes: String = (0..3_000).map(|number| format!(" a{number}")).collect();
    assert!(
        convert(format!("<p{attributes}>words"))
            .markdown
            .contains("words")
    );
    // One wide cell, and many rows.
    let wide = "w".repeat(50_000);
    let table = format!("<table><tr><th>{wide}{}</table>", "<tr><td>x".repeat(5_000));
    assert!(convert(table).markdown.len() < 500_000);
    let columns = format!(
        "<table><tr>{}{}</table>",
        "<th>x".repeat(2_000),
        "<tr><td>x".repeat(2_000)
    );
    assert!(convert(columns).markdown.len() < 500_000);
    // A copy of the chosen option would be made for each.
    let options = "<select><button><selectedcontent></button>".to_owned()
        + &"<option selected><b><i>x</option>".repeat(500);
    convert(options + "</select>words");
    let lines = "<blockquote>".repeat(MAX_INDENTED) + &"x<br>".repeat(10_000);
    assert!(convert(lines).markdown.len() < 10_000_000);
    let items = "<ol start=5>".to_owned() + &"<li>x".repeat(5_000) + "</ol>";
    assert!(convert(items).markdown.ends_with("5004. x"));
    // What belongs elsewhere is moved there, one after the other.
    let fostered = "<table>".to_owned() + &"<b>x</b>".repeat(3_000);
    assert!(convert(fostered).markdown.contains('x'));
    let ticks: String = (1..500)
        .map(|count| format!("a{}", "`".repeat(count)))
        .collect();
    convert(format!("<code>{ticks}</code>"));
}

#[test]
fn a_page_that_takes_too_long_comes_out_as_words() {
    let html = "<p>words</p>".repeat(100);
    let late = Instant::now() - Duration::from_secs(1);
    assert_eq!(markdown(&html, &url(), late), None);
    assert!(converted(&html, &url(), late).markdown.contains("words"));
}

#[test]
fn garbage() {
    for html in [
        "<",
        "</",
        "<!",
        "<!--",
        "<![CDATA[",
        "&",
        "&#",
        "&#x110000;",
        "&#0;",
        "<a",
        "<a href",
        "<a href='",
        "</p>",
        "</br>",
        "<html><html>",
        "</html>x",
        "<table><p>x</table>",
        "\u{0}",
        "<svg><p>",
        "<math><mi><table>",
        "<template><td>",
        "<frameset><p>",
        "<plaintext><p>",
        "<title><p>",
        "<textarea>",
        "<p/><br/>",
        "<select><p>x",
        "<a><a><a>",
        "<b><p></b>x",
        "<h1><h2>x</h1>",
        "<li>x",
        "<td>x",
        "<isindex>",
        "<image src=x>",
        "<ol start=x><li>y",
        "<ol start=99999999999999999999><li>y",
        "<ol start=-1><li>y<li>z",
        "<ol reversed><li>y",
        "<pre>\n\n",
        "<img>",
        "<img src>",
        "<a href=x></a>",
        "<h1></h1>",
        "<code></code>",
    ] {
        convert(html);
    }
    // Pieces of all that, in an order that is always the same.
    let pieces = [
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<p>",
        "</p>",
        "<a>",
        "</a>",
        "<li>",
        "<ul>",
        "</ul>",
        "<select>",
        "<option>",
        "<svg>",
        "</svg>",
        "<template>",
        "</template>",
        "x",
        "&amp;",
        "<h1>",
        "</h2>",
        "<form>",
        "<button>",
        "</form>",
        "<math>",
        "<caption>",
        "<col>",
        "<frameset>",
        "</body>",
        "</html>",
        "<th>",
        "<thead>",
        "<pre>\n",
    ];
    let mut state = 1_u64;
    for _ in 0..300 {
        let mut html = String::new();
        for _ in 0..60 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            html.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        convert(html);
    }
}
