//! YAML as it is written by people, by programs and by those who mean harm: the traps of positions, and what is refused.

use std::fmt::Write as _;
use std::time::Duration;
use std::time::Instant;

use pullproof::pin;
use pullproof::pin::Kind;
use pullproof::pin::Unreadable;

use crate::support;

fn refusal(text: &str) -> Unreadable {
    pin::find(text, Kind::Kubernetes).expect_err(text)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Kubernetes)
}

/// What becomes of one value behind `image:`, with something behind it.
fn value(before: &str, value: &str, after: &str) {
    let text = format!("{before}image: {value}{after}");
    let expected = format!("{before}image: {}{after}", value.replace("nginx:1", "nginx:1@<docker.io/library/nginx:1>"));
    assert_eq!(pinned(&text), expected);
}

mod positions {
    use super::*;

    #[test]
    fn are_bytes_where_the_parser_counts_characters() {
        for before in [
            "# é\n",
            "ä: 日本語 # 🐳\n\"ö\": 'ü'\n",
            "\u{feff}# ß\n",
            "a: |\n  Straße\n  🐳\nb: >-\n  ñ\n\n\n",
            "{\"ü\": \"é\"} # ä\n---\n",
        ] {
            value(before, "nginx:1", " # ñ\nz: 🐳\n");
            value(before, "\"nginx:1\"", "\nz: 🐳\n");
        }
    }

    #[test]
    fn begin_behind_anchors_and_tags() {
        for before in ["&a ", "!!str ", "&a !!str ", "!!str &a ", "&ä\t ", "&a\n  ", "!!str # é\n  # ñ\n  &a\n  "] {
            for quote in ["", "'", "\""] {
                value("", &format!("{before}{quote}nginx:1{quote}"), "\n");
            }
        }
    }

    #[test]
    fn end_before_blanks_and_comments() {
        for after in ["", "\n", "  \t \n", " # nginx:1\n", "   # \"nginx:1\"\n", "\r\n", "\n\n\n# end", "\n...\n"] {
            for value_ in ["nginx:1", "'nginx:1'", "\"nginx:1\""] {
                value("", value_, after);
            }
        }
    }

    #[test]
    fn survive_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            value(&format!("a: b{end}\"c\":{end}  - d{end}"), "nginx:1", &format!("{end}z: |{end}  x{end}"));
        }
    }

    #[test]
    fn survive_tabs() {
        value("a:\t'b'\t\n", "\t\"nginx:1\"", "\t# c\n");
        value("a: b\t\n", " \tnginx:1", "\t# c\n");
        value("{\t", "\"nginx:1\"", "\t,\tb: c\t}\n");
    }

    #[test]
    fn are_right_within_brackets() {
        value("{", "nginx:1", "}");
        value("[{", "nginx:1", ", a: [b, {c: d}]}, e]");
        value("{a: b,\n ", "'nginx:1'", "\n}\n");
        assert_eq!(pinned("{\"image\":\"nginx:1\"}"), "{\"image\":\"nginx:1@<docker.io/library/nginx:1>\"}");
    }

    #[test]
    fn are_right_for_keys_that_are_asked_for() {
        assert_eq!(pinned("? image\n: nginx:1\n? b\n"), "? image\n: nginx:1@<docker.io/library/nginx:1>\n? b\n");
    }

    #[test]
    fn are_right_behind_directives() {
        value("%YAML 1.2\n# é\n---\n", "nginx:1", "\n");
        value("%TAG !e! tag:example,2026:\n---\na: !e!x y\n", "nginx:1", "\n");
    }

    #[test]
    fn are_right_behind_block_values() {
        for block in
            ["|\n  x\n", "|-\n  x\n\n\n", "|+\n  x\n\n", ">\n  x\n  y\n\n", "|2\n    x\n", "| # é\n  # é\n", "|\n\n", "\n  x\n  y\n"]
        {
            value(&format!("a: {block}"), "nginx:1", "\n");
        }
    }

    #[test]
    fn of_quotes_in_quotes_are_not_guessed() {
        for image in ["'ngin''x:1'", "'nginx:1'''", "\"nginx\\:1\"", "\"nginx:1\\\"\"", "\"\\\\nginx:1\"", "'\"nginx:1\"'", "\"'nginx:1'\""]
        {
            let text = format!("image: {image}\n");
            match pin::find(&text, Kind::Kubernetes) {
                Ok(found) => assert!(matches!(found[0].found, pin::Found::LeftAlone(_)), "{image}"),
                Err(refusal) => assert_eq!(refusal.code(), "yaml-invalid", "{image}"),
            }
        }
    }
}

mod refused {
    use super::*;

    #[test]
    fn what_is_no_yaml_and_in_which_line() {
        for (text, line) in [
            ("a: b\n  c: d\n", 2),
            ("a: [b\n", 1),
            ("a: \"b\n\n", 1),
            ("a: 'b\n", 1),
            ("a: b\n\tc: d\n", 2),
            ("a: b\n- c\n", 2),
            ("a: b\n}\n", 2),
            ("a: @b\n", 1),
            ("a: `b`\n", 1),
            ("%YAML 1.2\na: b\n", 2),
            ("a: !x!y z\n", 1),
            ("a: \"\\q\"\n", 1),
            ("a: b\n\0c: d\n", 2),
            ("a: b\n--- c\nd: e\n\u{feff}f: g\n", 4),
        ] {
            let refusal = refusal(text);
            assert!(matches!(refusal, Unreadable::Yaml { line: found, .. } if found.abs_diff(line) <= 1), "{text:?}: {refusal:?}");
        }
    }

    #[test]
    fn a_key_that_stands_twice() {
        for text in [
            "a: 1\nimage: b:1\nimage: c:1\n",
            "{image: a, \"image\": b}",
            "a:\n- b: 1\n  'b': 2\n",
            "<<: {}\n<<: {}\n",
            "x: &k k\n*k : 1\nk: 2\n",
        ] {
            let Unreadable::Yaml { problem, .. } = refusal(text) else { panic!("{text}") };
            assert!(problem.ends_with("stands twice in one mapping"), "{problem}");
        }
        assert_eq!(refusal("a: 1\nb: 2\na: 3\n"), Unreadable::Yaml { line: 3, problem: "the key `a` stands twice in one mapping".into() });
    }

    #[test]
    fn a_key_that_is_no_text() {
        for text in ["? [a]\n: b\n", "{a: b}: c\n", "[a]: b\n", "a: &a [b]\n*a : c\n"] {
            assert!(matches!(refusal(text), Unreadable::Yaml { problem, .. } if problem == "a mapping or list as a key"), "{text}");
        }
    }

    #[test]
    fn a_template() {
        for (text, line) in [
            ("a: {{ .Values.a }}\nb: c\n", 1),
            ("a: b\n{{- if .Values.a }}\nc: d\n{{- end }}\n", 2),
            ("a: b\nimage: {{ .Values.image }}:{{ .Values.tag }}\n", 2),
            ("a:\n{{ toYaml .Values.a | indent 2 }}\nb: c\n", 2),
            ("{{ include \"x\" . }}\n", 1),
            ("a: b\nc: x{{ a }}: d\n", 2),
            ("a:\n  - {{ .x }}\n", 2),
        ] {
            assert_eq!(refusal(text), Unreadable::Template { line }, "{text}");
        }
    }

    #[test]
    fn a_template_only_where_it_is_to_blame() {
        for text in ["a: \"{{ b }}\"\nc: [\n", "a: |\n  {{ b }}\nc: d: e\n", "a: ${{ b }}\nc: [\n", "a: ${{ b }}: c\n"] {
            assert_eq!(refusal(text).code(), "yaml-invalid", "{text}");
        }
    }

    #[test]
    fn an_alias_of_nothing() {
        for text in ["a: *b\n", "a: &a b\n---\nc: *a\n", "a: &a\n  b: *a\n", "&a [*a]\n", "a: &a {b: [c, {d: *a}]}\n"] {
            assert_eq!(refusal(text).code(), "yaml-invalid", "{text}");
        }
    }

    #[test]
    fn lines_that_only_some_readers_see() {
        for separator in ["\u{85}", "\u{2028}", "\u{2029}"] {
            for text in [
                format!("a: b\n# c{separator}image: evil:1\n"),
                format!("a: \"b\" # c{separator}image: evil:1\n"),
                format!("a: b{separator}image\n"),
                format!("a: |\n  b{separator}image: evil:1\n"),
            ] {
                for more in ["", "z: \"y\"\n"] {
                    let text = text.clone() + more;
                    let Unreadable::Yaml { line, problem } = refusal(&text) else { panic!("{text:?}") };
                    let before = text.split(separator).next().unwrap().matches('\n').count();
                    assert!(problem.starts_with("U+") && line == before + 1, "{text:?}: {line}, {problem}");
                }
            }
            value(&format!("a: \"b{separator}c\"\nd: 'e''{separator}' # f\ng: \"\\\"{separator}\"\n"), "nginx:1", "\n");
        }
    }

    #[test]
    fn what_it_says_cannot_steer_a_terminal() {
        for text in ["a: b\n  \u{1b}[2J: c\n", "\u{1b}[2J: 1\n\u{1b}[2J: 2\n", "a: \u{202e}b: c\n"] {
            let said = refusal(text).to_string();
            assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        }
    }
}

mod hostile {
    use super::*;

    /// Far more than it takes, far less than what is not linear would take.
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
    fn quickly<T>(run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
        result
    }

    #[test]
    fn aliases_of_aliases_cost_nothing() {
        let mut text = String::from("apiVersion: v1\nkind: Pod\nmetadata:\n  a0: &a0 {image: 'nginx:1'}\n");
        for level in 1..100 {
            let before = format!("*a{}", level - 1);
            writeln!(text, "  a{level}: &a{level} [{}]", [before.as_str(); 10].join(", ")).unwrap();
        }
        text += "spec: *a99\n";
        let seen = quickly(|| support::seen(&text, Kind::Kubernetes));
        assert!(seen.len() == 1 && seen[0].ends_with("].image: nginx:1 → unpinned docker.io/library/nginx:1"), "{seen:?}");
        assert!(quickly(|| pinned(&text)).contains("nginx:1@<docker.io/library/nginx:1>"));
    }

    #[test]
    fn merges_of_merges_cost_nothing() {
        let mut text = String::from("x-0: &a0 {image: 'nginx:1'}\n");
        for level in 1..200 {
            let before = format!("*a{}", level - 1);
            writeln!(text, "x-{level}: &a{level} {{<<: [{before}, {before}, {before}]}}").unwrap();
        }
        text += "services: {web: *a199, db: {<<: [*a199, *a198]}}\n";
        let seen = quickly(|| support::seen(&text, Kind::Compose));
        assert_eq!(seen, ["services.web.image: nginx:1 → unpinned docker.io/library/nginx:1"]);
    }

    #[test]
    fn many_who_merge_much_are_refused() {
        let mut text = String::from("x: &b\n");
        (0..20_000).for_each(|key| writeln!(text, "  k{key}: 1").unwrap());
        text += "services:\n";
        (0..20_000).for_each(|service| writeln!(text, "  s{service}: *b").unwrap());
        assert_eq!(quickly(|| pin::find(&text, Kind::Compose)).unwrap_err().code(), "yaml-too-large");
    }

    #[test]
    fn a_chain_of_aliases_that_leads_far_is_refused() {
        let mut text = String::from("metadata:\n  a0: &a0 {image: 'nginx:1'}\n");
        for level in 1..10_000 {
            writeln!(text, "  a{level}: &a{level} {{b: *a{}}}", level - 1).unwrap();
        }
        text += "spec: *a9999\n";
        assert_eq!(quickly(|| pin::find(&text, Kind::Kubernetes)).unwrap_err().code(), "yaml-too-large");
    }

    #[test]
    fn deep_nesting_is_refused() {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[{a: ", "}]")] {
            for depth in [129, 100_000] {
                let text = open.repeat(depth) + &close.repeat(depth);
                let refusal = quickly(|| refusal(&text));
                assert!(matches!(refusal.code(), "yaml-too-large" | "yaml-invalid"), "{refusal:?}");
            }
        }
        assert_eq!(refusal(&"[".repeat(1 << 20)).code(), "yaml-too-large");
    }

    #[test]
    fn what_is_nested_as_deep_as_allowed_is_read() {
        let text = "[".repeat(127) + "{image: 'nginx:1'}" + &"]".repeat(127);
        assert_eq!(support::seen(&text, Kind::Kubernetes).len(), 1);
    }

    #[test]
    fn many_values_are_refused() {
        for text in ["- a\n".repeat(400_001), format!("[{}]", "a,".repeat(400_001)), "a: ".to_owned() + &",".repeat(1 << 20)] {
            assert_eq!(quickly(|| refusal(&text)), Unreadable::YamlTooLarge { limit: "400000 values".into() });
        }
    }

    /// A hundred mappings in each other, with long keys, up to where the innermost begins.
    fn deep() -> String {
        (0..100).fold(String::new(), |text, level| text + &"k".repeat(500) + ":\n" + &" ".repeat(level + 1))
    }

    #[test]
    fn many_images_are_refused_before_their_places_fill_the_memory() {
        let text = format!("{}a: [{}]\n", deep(), "{image: a},".repeat(100_000));
        assert_eq!(quickly(|| refusal(&text)), Unreadable::TooMany { found: 100_000 });
    }

    #[test]
    fn places_are_cut() {
        let found = pin::find(&format!("{}image: a\n", deep()), Kind::Kubernetes).unwrap();
        assert!(found[0].place.len() < 600, "{}", found[0].place.len());
    }

    #[test]
    fn a_long_prefix_of_tags_is_not_copied_for_each() {
        let text = format!("%TAG !a! {}\n---\n[{}]", "x".repeat(1 << 20), "!a!b c, ".repeat(200_000));
        assert_eq!(quickly(|| refusal(&text)).code(), "yaml-too-large");
    }

    #[test]
    fn long_things_are_read_once() {
        let long = 2 << 20;
        for text in [
            "a: ".to_owned() + &"b".repeat(long),
            "a: \"".to_owned() + &"é".repeat(long / 2) + "\"",
            "a: |\n".to_owned() + &"  b\n".repeat(long / 4),
            "# ".to_owned() + &"é".repeat(long / 2),
            "a: ".to_owned() + &"b c ".repeat(long / 4),
            "\n".repeat(long),
            "a: 'b".to_owned() + &"''".repeat(long / 2),
            "a: &".to_owned() + &"b".repeat(long) + " c",
            "a: b\n---\n".repeat(40_000),
            (0..40_000).fold(String::new(), |text, key| text + &format!("k{key}: é\n")),
        ] {
            let _ = quickly(|| pin::find(&text, Kind::Kubernetes));
        }
    }

    #[test]
    fn many_edits_hold_up() {
        let text = "- {image: 'nginx:1'} # é\n".repeat(2_000);
        assert_eq!(quickly(|| support::pin(&text, Kind::Kubernetes)).changes.len(), 2_000);
    }
}

mod detection {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        Kind::detect(text, None).map(Kind::name)
    }

    #[test]
    fn goes_by_what_the_documents_say() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: Pod\n", "kubernetes"),
            ("# c\n---\n# d\n---\napiVersion: v1\nkind: Pod\n", "kubernetes"),
            ("{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}", "kubernetes"),
            ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "kustomization"),
            ("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", "kustomization"),
            ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", "kubernetes"),
            ("resources: [a]\nimages:\n- name: a\n  newTag: '1'\n", "kustomization"),
            ("services:\n  web: {image: a}\n", "compose"),
            ("web:\n  image: a\ndb:\n  build: .\n", "compose"),
            ("on: push\njobs:\n  a: {}\n", "github-actions"),
            ("true: push\njobs:\n  a: {}\n", "github-actions"),
            ("name: x\nruns:\n  using: docker\n  image: Dockerfile\n", "github-actions"),
            ("replicas: 1\nimage:\n  repository: a/b\n  tag: c\n", "helm-values"),
            ("a:\n- b: {image: 'c:1'}\nd: e\n", "helm-values"),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn says_nothing_of_what_names_no_image() {
        for text in [
            "a: b\nc: d\n",
            "- a\n- b\n",
            "services: [a, b]\n",
            "jobs: {}\na: b\n",
            "title: a\nimage: cat\n",
            "title: a\nimage: /cat.png\n",
            "a b\n",
            "image: nginx:1\n image: b\n",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn tells_what_a_broken_text_would_be() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: Pod\nspec: {{ .x }}\n", "kubernetes"),
            ("{{- if .a }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", "kubernetes"),
            ("apiVersion: v1\nkind: Pod\n---\na: [\n", "kubernetes"),
            ("version: '3'\nservices:\n  web:\n\timage: a\n", "compose"),
            ("name: x\non: push\njobs: [\n", "github-actions"),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn leaves_scripts_that_hold_yaml_to_others() {
        let text = "set -e\ncat <<EOF | kubectl apply -f -\napiVersion: v1\nkind: Pod\nEOF\ndocker run nginx:1\n";
        assert_eq!(kind(text), Some("command"));
    }
}
