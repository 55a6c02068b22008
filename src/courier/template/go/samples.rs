//! Go templates, and what Go's own text/template and html/template make of them with the letter of the tests.

/// Texts.
pub(super) const TEXTS: [(&str, &str); 67] = [
    ("Hello {{ .To }}!", "Hello ada@example.com!"),
    (
        "{{.To}} {{ .Identity.traits.name.first }} {{ $.VerificationCode }} {{ .ExpiresInMinutes }}",
        "ada@example.com Ada 482915 60",
    ),
    (
        "|{{ if .Identity.traits.admin }}yes{{ else }}no{{ end }}|{{ if .Identity.traits.none }}yes{{ else }}no{{ end }}|",
        "|yes|no|",
    ),
    ("|\n{{ if .Identity.traits.admin }}\nyes\n{{ else }}\nno\n{{ end }}\n|", "|\n\nyes\n\n|"),
    ("|\n  {{ if .Identity.traits.admin }}\n  yes\n  {{ end }}\n|", "|\n  \n  yes\n  \n|"),
    ("|\n{{- if .Identity.traits.admin }}\nyes\n{{- end }}\n|", "|\nyes\n|"),
    ("|\n{{ if .Identity.traits.admin -}}\nyes\n{{ end -}}\n|", "|\nyes\n|"),
    ("|\n{{- if .Identity.traits.admin -}}\n  yes  \n{{- else -}}\n  no\n{{- end -}}\n|", "|yes|"),
    (
        "{{ if eq .Identity.traits.lang \"fr\" }}fr{{ else if eq .Identity.traits.lang \"de\" }}de{{ else }}en{{ end }}",
        "de",
    ),
    ("{{ if eq .Identity.traits.lang \"fr\" \"de\" }}known{{ end }}", "known"),
    (
        "{{ if and .Identity.traits.admin (ne .Identity.traits.lang \"en\") (not .Identity.traits.none) }}all{{ end }}",
        "all",
    ),
    ("{{ if or .Identity.traits.none (eq .Identity.traits.lang \"de\") }}any{{ end }}", "any"),
    (
        "{{ or .Identity.traits.none \"fallback\" }} {{ and .Identity.traits.admin .To }}",
        "fallback ada@example.com",
    ),
    (
        "{{ with .Identity.traits }}{{ .email }} {{ .name.first }} {{ $.To }}{{ end }}",
        "ada@example.com Ada ada@example.com",
    ),
    (
        "{{ with .Identity.traits.none }}x{{ else }}nothing for {{ .To }}{{ end }}",
        "nothing for ada@example.com",
    ),
    (
        "{{ with .Identity.traits }}{{ with .name }}{{ .first }} {{ $.To }}{{ end }}{{ end }}",
        "Ada ada@example.com",
    ),
    ("{{ with $name := .Identity.traits.name }}{{ $name.first }} {{ .first }}{{ end }}", "Ada Ada"),
    ("{{ range .Identity.traits.tags }}<{{ . }}>{{ end }}", "<a><b>"),
    (
        "{{ range $i, $tag := .Identity.traits.tags }}{{ if $i }}, {{ end }}{{ $i }}={{ $tag }}{{ end }}",
        "0=a, 1=b",
    ),
    (
        "{{ range $tag := .Identity.traits.tags }}{{ $tag }}{{ $.To }}{{ end }}",
        "aada@example.combada@example.com",
    ),
    ("{{ range .Identity.traits.none }}x{{ else }}empty{{ end }}", "empty"),
    ("|\n{{ range .Identity.traits.tags }}\n- {{ . }}\n{{ end }}\n|", "|\n\n- a\n\n- b\n\n|"),
    ("|\n{{- range .Identity.traits.tags }}\n- {{ . }}\n{{- end }}\n|", "|\n- a\n- b\n|"),
    (
        "{{ range .Identity.traits.people }}{{ .name }}:{{ range .tags }}{{ . }}{{ end }};{{ end }}",
        "n:12;m:3;",
    ),
    (
        "{{ range $p := .Identity.traits.people }}{{ range $t := $p.tags }}{{ $p.name }}{{ $t }} {{ end }}{{ end }}",
        "n1 n2 m3 ",
    ),
    ("{{ range $x := .Identity.traits.people }}{{ range $x := $x.tags }}{{ $x }}{{ end }}{{ end }}", "123"),
    (
        "{{ $name := .Identity.traits.name.first }}Hi {{ $name }}{{ with .Identity.traits }} {{ .lang }} {{ $name }}{{ end }}",
        "Hi Ada de Ada",
    ),
    (
        "{{ with .Identity.traits }}{{ $l := .lang }}{{ range .tags }}{{ $l }}{{ . }}{{ end }}{{ end }}",
        "deadeb",
    ),
    (
        "{{ $greeting := \"Hello\" }}{{ if eq .Identity.traits.lang \"de\" }}{{ $greeting = \"Hallo\" }}{{ end }}{{ $greeting }} {{ .To }}",
        "Hallo ada@example.com",
    ),
    (
        "{{ $x := 1 }}{{ if .Identity.traits.none }}{{ $x = 2 }}{{ else if .Identity.traits.admin }}{{ $x = 3 }}{{ else }}{{ $x = 4 }}{{ end }}{{ $x }}",
        "3",
    ),
    ("{{ $x := \"a\" }}{{ $x }}{{ $x = \"b\" }}{{ $x }}", "ab"),
    (
        "{{ define \"de\" }}Hallo {{ .To }}{{ end }}{{ define \"en\" }}Hello {{ .To }}{{ end }}{{ if eq .Identity.traits.lang \"de\" }}{{ template \"de\" . }}{{ else }}{{ template \"en\" . }}{{ end }}",
        "Hallo ada@example.com",
    ),
    (
        "{{define \"de-DE\"}}\nHallo {{ .To }},\n\nIhr Code: {{ .VerificationCode }}\n{{end}}\n\n{{- if eq .Identity.traits.lang \"de\" -}}\n{{ template \"de-DE\" . }}\n{{- else -}}\n{{ template \"de-DE\" . }}\n{{- end -}}",
        "\nHallo ada@example.com,\n\nIhr Code: 482915\n",
    ),
    (
        "{{ define \"person\" }}{{ .first }}{{ range .list }}{{ $.first }}{{ end }}{{ end }}|{{ template \"person\" .Identity.traits.name }}|",
        "|AdaAdaAda|",
    ),
    (
        "{{ define \"tag\" }}[{{ . }}]{{ end }}{{ range .Identity.traits.tags }}{{ template \"tag\" . }}{{ end }}",
        "[a][b]",
    ),
    (
        "{{ define \"root\" }}{{ .To }}{{ end }}{{ with .Identity }}{{ template \"root\" $ }}{{ end }}",
        "ada@example.com",
    ),
    (
        "{{ define \"a\" }}({{ template \"b\" . }}){{ end }}{{ define \"b\" }}{{ .To }}{{ end }}{{ template \"a\" . }}",
        "(ada@example.com)",
    ),
    ("{{ block \"footer\" . }}bye {{ .To }}{{ end }}", "bye ada@example.com"),
    ("|\n{{ template \"x\" . }}\n|{{ define \"x\" }}one\ntwo{{ end }}", "|\none\ntwo\n|"),
    ("|\n  {{ template \"x\" . }}\n|{{ define \"x\" }}one\ntwo{{ end }}", "|\n  one\ntwo\n|"),
    ("|{{/* a comment */}}|\n{{- /* another */ -}}\n|\n{{/* alone */}}\n|", "|||\n\n|"),
    (
        "{{ .To | upper }} {{ .Identity.traits.lang | upper | lower }} {{ upper (lower .To) }}",
        "ADA@EXAMPLE.COM de ADA@EXAMPLE.COM",
    ),
    (
        "{{ len .Identity.traits.tags }} {{ len .To }} {{ index .Identity.traits.tags 1 }} {{ index .Identity \"traits\" \"lang\" }} {{ index .Identity.traits \"my key\" }}",
        "2 15 b de spaced",
    ),
    ("{{ (index .Identity.traits.people 0).name }} {{ (index .Identity.traits.people 1).tags }}", "n [3]"),
    (
        "{{ if gt .ExpiresInMinutes 30 }}long{{ end }}{{ if lt .ExpiresInMinutes 30 }}short{{ end }}{{ if ge .ExpiresInMinutes 60 }}ge{{ end }}{{ if le .ExpiresInMinutes 60 }}le{{ end }}",
        "longgele",
    ),
    ("{{ if eq .ExpiresInMinutes 1 }}minute{{ else }}minutes{{ end }}", "minutes"),
    (
        "{{ printf \"%s has %d minutes, 100%%\" .To .ExpiresInMinutes }} {{ .To | printf \"%q and %s\" .Identity.traits.lang }}",
        "ada@example.com has 60 minutes, 100% \"de\" and ada@example.com",
    ),
    ("{{ printf \"%05d|%.2f\" 42 1.5 }}", "00042|1.50"),
    (
        "{{ \"text with {{ braces }} and \\\"quotes\\\" \\\\ \\n new line\" }}",
        "text with {{ braces }} and \"quotes\" \\ \n new line",
    ),
    ("{{ `raw \\n {{` }} {{ 42 }} {{ true }} {{ 1.5 }}", "raw \\n {{ 42 true 1.5"),
    ("a{{ \"{\" }}{ {{ .To }} }", "a{{ ada@example.com }"),
    (
        "C:\\{{ .To }} and \\\\{{ .To }} and \\ {{ .To }}",
        "C:\\ada@example.com and \\\\ada@example.com and \\ ada@example.com",
    ),
    (
        "{{ urlquery \"a&b=c\" }} {{ html .TransientPayload.x }} {{ .TransientPayload.x | html }}",
        "a%26b%3Dc &lt;b&gt;&amp;&quot;&#39; &lt;b&gt;&amp;&quot;&#39;",
    ),
    ("{{ slice .To 0 3 }} {{ print .To \"-\" .VerificationCode }}", "ada ada@example.com-482915"),
    ("{{ if .TransientPayload.x }}{{ .TransientPayload.x }}{{ end }}", "<b>&\"'"),
    ("{{- .To -}}   \n   x   {{- .To }}", "ada@example.comxada@example.com"),
    ("{{ if true }}  {{- \"a\" -}}  {{ end }}|", "a|"),
    ("{{ .To -}}\n{{/* c */}}  b", "ada@example.com  b"),
    ("|\n{{ $x := 1 }}\n{{ $x }}\n|", "|\n\n1\n|"),
    ("{{ with .Identity.traits }}{{ .title }} {{ .else }} {{ .upper }}{{ end }}", "Dr other up"),
    (
        "{{ if not (eq .Identity.traits.lang \"de\") }}a{{ else }}b{{ end }}{{ if not .Identity.traits.none }}c{{ end }}",
        "bc",
    ),
    (
        "{{ if (and (eq .To .Identity.traits.email) (or .Identity.traits.none .Identity.traits.admin)) }}ok{{ end }}",
        "ok",
    ),
    (
        "{{ with .Identity.traits.none }}a{{ else with .Identity.traits.lang }}{{ . }}{{ else }}c{{ end }}",
        "de",
    ),
    (
        "{{ if .Identity.traits.lang }}{{ with .Identity.traits.lang }}{{ . }}{{ end }}{{ end }}\n\n{{ if .Identity.traits.none }}\nx\n{{ end }}\n.",
        "de\n\n\n.",
    ),
    ("{{ range $k, $v := .Identity.traits.pair }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;"),
    ("ü {{ if eq .Identity.traits.lang \"dé\" }}x{{ else }}ö{{ end }} 日本", "ü ö 日本"),
    ("{ {{- .To -}} }", "{ada@example.com}"),
];

/// Pages. Go writes a quotation mark as a number, and another word for a link that it refuses.
pub(super) const PAGES: [(&str, &str); 13] = [
    ("<p>{{ .TransientPayload.x }}</p>", "<p>&lt;b&gt;&amp;&quot;&#39;</p>"),
    (
        "<a href=\"{{ .VerificationURL }}\">x</a>",
        "<a href=\"https://auth.example.com/?flow=1&amp;code=482915\">x</a>",
    ),
    ("<a href=\"{{ .TransientPayload.url }}\">x</a>", "<a href=\"#\">x</a>"),
    (
        "<a href=\"https://x.example/?q={{ .TransientPayload.q }}&amp;e={{ .To }}\">x</a>",
        "<a href=\"https://x.example/?q=a%20b%26c&amp;e=ada%40example.com\">x</a>",
    ),
    (
        "<a href='https://x.example/{{ .Identity.traits.lang }}/'>x</a>",
        "<a href='https://x.example/de/'>x</a>",
    ),
    (
        "<p title=\"{{ .TransientPayload.x }}\">{{ .To | html }}</p>",
        "<p title=\"&lt;b&gt;&amp;&quot;&#39;\">ada@example.com</p>",
    ),
    ("{{ if .Identity.traits.admin }}<b>{{ .To }}</b>{{ else }}<i>x</i>{{ end }}", "<b>ada@example.com</b>"),
    ("{{ range .Identity.traits.tags }}<li>{{ . }}</li>{{ end }}", "<li>a</li><li>b</li>"),
    (
        "<style>p > a { color: red; }</style><p>{{ .To }}</p>",
        "<style>p > a { color: red; }</style><p>ada@example.com</p>",
    ),
    (
        "{{ define \"x\" }}<b>{{ .TransientPayload.x }}</b>{{ end }}<p>{{ template \"x\" . }}</p>",
        "<p><b>&lt;b&gt;&amp;&quot;&#39;</b></p>",
    ),
    (
        "<a href=\"mailto:{{ .To }}?subject={{ .TransientPayload.q }}\">x</a>",
        "<a href=\"mailto:ada@example.com?subject=a%20b%26c\">x</a>",
    ),
    ("<a href=\"{{ .TransientPayload.good }}\">x</a>", "<a href=\"https://x.example/?a=b\">x</a>"),
    ("<p>{{ \"<b>\" }}</p>", "<p>&lt;b&gt;</p>"),
];
