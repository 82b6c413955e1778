# The functions that jq has and jaq does not.

# Formatting
def csv_field:
  if type == "string" then "\"" + (split("\"") | join("\"\"")) + "\""
  elif . == null then ""
  elif type == "number" or type == "boolean" then tojson
  else error("\(tojson | .[:100]) cannot be a field of CSV") end;
def tsv_field:
  if type == "string" then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
  elif . == null then ""
  elif type == "number" or type == "boolean" then tojson
  else error("\(tojson | .[:100]) cannot be a field of TSV") end;
def @csv: if type == "array" then map(csv_field) | join(",") else error("\(tojson | .[:100]) cannot be a row of CSV") end;
def @tsv: if type == "array" then map(tsv_field) | join("\t") else error("\(tojson | .[:100]) cannot be a row of TSV") end;

# The document is the only input.
def inputs: empty;
def input: error("there is no further input");
def input_line_number: 0;
def input_filename: null;

# Values and paths
def leaf_paths: paths(scalars);
def toarray: if type == "array" then . else [.] end;
def trimstr($text): ltrimstr($text) | rtrimstr($text);
def date: todate;
def IN(values): any(values == .; .);
def IN(source; values): any(source == values; .);
def INDEX(rows; key): reduce rows as $row ({}; .[$row | key | tostring] = $row);
def INDEX(key): INDEX(.[]; key);
def tostream:
  path(def each: (.[]? | each), .; each) as $path | getpath($path)
  | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
