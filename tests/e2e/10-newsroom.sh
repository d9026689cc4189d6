#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job: the sample newsroom captured twice, listed, read, checked.
. "$(dirname "$0")/lib.sh"
newsroom
ok "init makes an archive" "$ONRECORD" init "$T/a" --origin example.org/desk
exits "init refuses to make it twice" 1 "$ONRECORD" init "$T/a"
export ONRECORD_DIR=$T/a
sed "s/PORT/$port/" "$root/tests/newsroom/urls.txt" >"$T/urls"
ok "a list of URLs is captured" "$ONRECORD" add -q - <"$T/urls"
clock 2024-03-14T09:30:00+02:00
ok "and again, two hours of the story later" "$ONRECORD" add -q -j 1 - <"$T/urls"
"$ONRECORD" ls --json >"$T/ls"
is "every capture is there" 24 "$(wc -l <"$T/ls")"
is "all are sealed" "{'sealed'}" "$(json "set(r['state'] for r in rows)" <"$T/ls")"
story=http://harbour-post.localhost:$port/world/ministry-answers-letter
is "the two versions have their own headlines" \
	"['Keep out, ministry tells 15 ambassadors over Teshi letter', 'Ministry answers 15 ambassadors over Teshi letter']" \
	"$("$ONRECORD" ls --json "$story" | json "[r['title'] for r in rows]")"
is "the update stamp is read with its zone" "[None, '2024-03-14T09:25:00+02:00']" \
	"$("$ONRECORD" ls --json "$story" | json "[r['updated'] for r in rows]")"
for page in kestrel-online meridian-daily; do
	is "Chinese is read from $page" "奥兰尼外交部回应十五国大使联名信" \
		"$("$ONRECORD" ls --json "http://$page.localhost:$port/zh/letter" | json "rows[0]['title']")"
done
is "Uyghur is read" ug "$("$ONRECORD" ls --json "http://harbour-post.localhost:$port/ug/letter" | json "rows[0]['language']")"
is "Arabic is read" ar "$("$ONRECORD" ls --json "http://harbour-post.localhost:$port/ar/letter" | json "rows[0]['language']")"
is "the text has the paragraphs and not what stands beside them" "5 0" \
	"$("$ONRECORD" cat --text "$story" | awk '/embassy|envoys|ministry|Daun|Rights groups/{n++} /Ferry/{f++} END{print n, f+0}')"
is "the redirect is followed and kept" "$story" \
	"$("$ONRECORD" ls --json "http://harbour-post.localhost:$port/s/1" | json "rows[0]['final']")"
ok "verify holds" "$ONRECORD" verify
ok "verify --deep holds" "$ONRECORD" verify --deep
ok "verify of one capture holds" "$ONRECORD" verify '#3'
is "the page comes back as it was served" "$(curl -sS "$story" | sha256sum)" "$("$ONRECORD" cat "$story" | sha256sum)"
"$ONRECORD" cat --headers '#0' >"$T/head"
is "so does its head" "HTTP/1.1 200 OK" "$(head -n 1 "$T/head" | tr -d '\r')"
id=$("$ONRECORD" ls --json | json "rows[7]['id'][:10]")
ok "a prefix of an id names a capture" "$ONRECORD" show "$id"
ok "so does URL@DATE" "$ONRECORD" show "$story@$(date -u +%F)"
exits "a date before all captures finds none" 1 "$ONRECORD" show "$story@2001-01-01"
is "show --json has the proof" True "$("$ONRECORD" show --json '#5' | json "len(rows[0]['log']['proof']) > 0")"
ok "cdxj indexes the archive's own files" bash -c "'$ONRECORD' cdxj >'$T/cdxj' && test \$(wc -l <'$T/cdxj') -ge 24"
"$ONRECORD" ls --json >"$T/before"
rm -f "$T"/a/catalog.db*
ok "reindex makes the catalog anew" "$ONRECORD" reindex -q
"$ONRECORD" ls --json >"$T/after"
ok "and ls is the same, byte for byte" cmp "$T/before" "$T/after"
