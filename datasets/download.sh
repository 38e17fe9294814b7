#!/usr/bin/env bash
# Downloads the real corpora from pinned public addresses into a folder (default: data). Each file is checked against the
# SHA-256 written here before it appears under its name; what is already there and right is not fetched again.
set -euo pipefail
target=${1:-data}

github=https://raw.githubusercontent.com
ewt=$github/UniversalDependencies/UD_English-EWT/r2.14
gum=$github/UniversalDependencies/UD_English-GUM/r2.14
wikitext=$github/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/word_language_model/data/wikitext-2

# folder/file  SHA-256  address
files="
ud-english-ewt/en_ewt-ud-train.conllu c081876811507cb9437000ea5e6a1741795d8fe8755537ef024bd3b4a713ff14 $ewt/en_ewt-ud-train.conllu
ud-english-ewt/en_ewt-ud-dev.conllu dd514122385fd3374dd10051ddaf477c957d3da0bba48931d6f969820ece233f $ewt/en_ewt-ud-dev.conllu
ud-english-ewt/en_ewt-ud-test.conllu 5e0044aa9b786bfb81dbd5687400583a61635a65839e747b59b2ec907c8ab662 $ewt/en_ewt-ud-test.conllu
ud-english-gum/en_gum-ud-train.conllu 485efae4c44574d35c37e7bb4c611acecf554a7836fda937f99e2eff3e7f5299 $gum/en_gum-ud-train.conllu
ud-english-gum/en_gum-ud-dev.conllu 31989997532cbdf577cc09f6468fd43a2dd2a17733276b887e21ffcc5d4f0fa1 $gum/en_gum-ud-dev.conllu
ud-english-gum/en_gum-ud-test.conllu 7b2cb57ff9ca1f3ae7375030ad80d43154542ef4c5f71bf8458445dc3591914a $gum/en_gum-ud-test.conllu
wikitext-2/train.txt 9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f $wikitext/train.txt
wikitext-2/valid.txt f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8 $wikitext/valid.txt
wikitext-2/test.txt d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0 $wikitext/test.txt
"

cat <<'LICENCES'
UD English EWT r2.14: CC BY-SA 4.0
UD English GUM r2.14: CC BY-NC-SA 4.0 (non-commercial, share-alike)
WikiText-2: text of Wikipedia, CC BY-SA
LICENCES

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

command -v curl >/dev/null 2>&1 || { echo "download: curl is needed: install the package curl" >&2; exit 1; }
# HEADSCOPE_MIRROR replaces the addresses' host, e.g. file:///mnt/mirror, laid out as FOLDER/FILE.
while read -r path hash address; do
  [ -n "$path" ] || continue
  file=$target/$path
  if [ -f "$file" ] && [ "$(sha256 "$file")" = "$hash" ]; then
    echo "$file: already there"
    continue
  fi
  mkdir -p "$(dirname "$file")"
  [ -z "${HEADSCOPE_MIRROR:-}" ] || address=$HEADSCOPE_MIRROR/$path
  part=$file.part
  curl --fail --location --silent --show-error --retry 3 --max-filesize 100000000 --output "$part" "$address" || {
    rm -f "$part"
    echo "download: $address could not be fetched" >&2
    exit 1
  }
  found=$(sha256 "$part")
  if [ "$found" != "$hash" ]; then
    rm -f "$part"
    echo "download: $address: expected SHA-256 $hash, found $found; nothing was kept" >&2
    exit 1
  fi
  mv "$part" "$file"
  echo "$file: fetched, SHA-256 right"
done <<<"$files"
