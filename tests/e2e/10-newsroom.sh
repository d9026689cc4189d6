#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job: the sample newsroom captured four times in the course of a story, listed, read, checked.
. "$(dirname "$0")/lib.sh"
newsroom
ok "init makes an archive" "$ONRECORD" init --no-passphrase "$T/a" --origin example.org/desk
exits "init refuses to make it twice" 1 "$ONRECORD" init --no-passphrase "$T/a"
export ONRECORD_DIR=$T/a
sed "s/PORT/$port/" "$root/tests/newsroom/urls.txt" >"$T/urls"
pages=$(grep -vc '^#' "$T/urls")
while read -r at words; do
	clock "2024-03-14T$at:00+02:00"
	exits "$at: $words (one page ends early: partial)" 6 "$ONRECORD" add -q - <"$T/urls"
done <<'TIMES'
07:30 a list of URLs is captured
08:15 again, after a silent change
09:30 again, after an update with a note
13:40 again, after a comment was answered
TIMES
"$ONRECORD" ls --json >"$T/ls"
is "every capture is there" $((4 * pages)) "$(wc -l <"$T/ls")"
is "all are sealed" "{'sealed'}" "$(json "set(r['state'] for r in rows)" <"$T/ls")"
story=http://harbour-post.localhost:$port/world/ministry-answers-letter
"$ONRECORD" ls --json "$story" >"$T/story"
first='Keep out, ministry tells 15 ambassadors over Teshi letter'
then='Ministry answers 15 ambassadors over Teshi letter'
is "the versions have their own headlines" "['$first', '$then', '$then', '$then']" "$(json "[r['title'] for r in rows]" <"$T/story")"
is "the update stamp is read with its zone, and the silent change has none" \
	"[None, None, '2024-03-14T09:25:00+02:00', '2024-03-14T09:25:00+02:00']" "$(json "[r['updated'] for r in rows]" <"$T/story")"
is "the stamp of publication stays" 1 "$(json "len(set(r['published'] for r in rows))" <"$T/story")"
is "three pages in four captures" "[False, False, True]" \
	"$(json "[rows[i]['payload'] == rows[i + 1]['payload'] for i in range(3)]" <"$T/story")"
text_of() {
	"$ONRECORD" cat --text "#$(json "rows[$1]['index']" <"$T/story")"
}
is "the silent change can be seen" "40,000 14,000" \
	"$(echo $(text_of 0 | grep -o '4[0-9],000') $(text_of 1 | grep -o '1[0-9],000'))"
is "so can the note" "0 1" "$(echo $(text_of 1 | grep -c Correction) $(text_of 2 | grep -c Correction))"
denial=http://meridian-daily.localhost:$port/politics/spokesperson-denies
"$ONRECORD" ls --json "$denial" >"$T/denial"
is "the denial is not out, not out, out, updated" \
	"[(404, None), (404, None), (200, '2024-03-14T09:00:00+02:00'), (200, '2024-03-14T13:30:00+02:00')]" \
	"$(json "[(r['status'], r['updated']) for r in rows]" <"$T/denial")"
is "the page that ends early is kept and marked each time" "['disconnect', 'disconnect', 'disconnect', 'disconnect']" \
	"$("$ONRECORD" ls --json "http://oddities.localhost:$port/truncated" | json "[r['truncated'] for r in rows]")"
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
time=$("$ONRECORD" ls --json "$story" | json "rows[-1]['time']")
for date in "${time:0:4}" "${time:0:7}" "${time:0:16}Z" "${time:0:19}Z" "$time"; do
	is "URL@$date goes to the end of what it names" "$time" "$("$ONRECORD" show --json "$story@$date" | json "rows[0]['time']")"
done
exits "a date before all captures finds none" 1 "$ONRECORD" show "$story@2001-01-01"
is "show --json has the proof" True "$("$ONRECORD" show --json '#5' | json "len(rows[0]['log']['proof']) > 0")"
ok "cdxj indexes the archive's own files" bash -c "'$ONRECORD' cdxj >'$T/cdxj' && test \$(wc -l <'$T/cdxj') -ge $((4 * pages))"
"$ONRECORD" ls --json >"$T/before"
rm -f "$T"/a/catalog.db*
ok "reindex makes the catalog anew" "$ONRECORD" reindex -q
"$ONRECORD" ls --json >"$T/after"
ok "and ls is the same, byte for byte" cmp "$T/before" "$T/after"
