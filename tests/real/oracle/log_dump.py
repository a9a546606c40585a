# Holds what `kt log dump` says of files, field by field, against what a release's DumpLogSegments printed of them.
#
#   log_dump.py KT JAVA_OUTPUT [--decoded]     JAVA_OUTPUT: of --deep-iteration --print-data-log; --decoded: with a decoder
#
# README.md says where that tool is wrong, or does not say: there kt is not judged by it.
import base64
import json
import re
import subprocess
import sys

kt, java_output, decoded = sys.argv[1], sys.argv[2], "--decoded" in sys.argv
failures = compared = 0
FIELDS = re.compile(r"(\w+): (\S+)")


def fail(path, what, theirs, ours):
    global failures
    failures += 1
    if failures <= 20:
        print(f"{path}: {what}\n  Kafka: {theirs}\n  kt:    {ours}")


def text(value):
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]).decode("utf-8", "replace")
    return value


def size(value):
    if value is None:
        return -1
    return len(base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode())


def codec(name):
    name = name.lower().replace("compressioncodec", "")
    return "none" if name == "no" else name


def number(value):
    return -1 if value is None else value


def dump(path, *flags):
    out = subprocess.run([kt, "log", "dump", path, "-o", "jsonl", *flags], capture_output=True, check=False)
    if out.returncode != 0:
        fail(path, "kt ends with " + str(out.returncode), "", out.stderr.decode())
    return [json.loads(line) for line in out.stdout.decode().split("\n") if line]


def record_fields(record):
    """What a line of the Java tool may say of a record, under its names in lower case."""
    kind = "logappendtime" if record["timestamp_type"] == "log_append_time" else "createtime"
    return {
        "offset": record["offset"], kind: number(record["timestamp_ms"]), "keysize": size(record["key"]),
        "valuesize": size(record["value"]), "payloadsize": size(record["value"]), "sequence": number(record["sequence"]),
        "producerid": number(record["producer_id"]), "producerepoch": number(record["producer_epoch"]),
        "istransactional": record["transactional"], "magic": record["magic"], "compresscodec": record["codec"],
        "isvalid": True,
    }


def batch_fields(batch):
    kind = "logappendtime" if batch["timestamp_type"] == "log_append_time" else "createtime"
    horizon = batch["delete_horizon_ms"]
    return {
        "baseoffset": batch["base_offset"], "lastoffset": batch["last_offset"], "count": batch["count"],
        "basesequence": number(batch["base_sequence"]), "lastsequence": number(batch["last_sequence"]),
        "producerid": number(batch["producer_id"]), "producerepoch": number(batch["producer_epoch"]),
        "partitionleaderepoch": number(batch["leader_epoch"]), "istransactional": batch["transactional"],
        "iscontrol": batch["control"], "position": batch["position"], kind: number(batch["max_timestamp_ms"]),
        "size": batch["size_bytes"], "magic": batch["magic"], "compresscodec": batch["codec"], "crc": batch["crc"],
        "isvalid": batch["valid"],
        "deletehorizonms": "OptionalLong.empty" if horizon is None else f"OptionalLong[{horizon}]",
    }


def compare(path, line, theirs, ours):
    global compared
    for name, value in theirs:
        name = name.lower()
        if name not in ours:
            continue
        ours_text = str(ours[name]).lower() if isinstance(ours[name], bool) else str(ours[name])
        value = codec(value) if name == "compresscodec" else value
        if name == "compresscodec" and ours.get("magic") != 2 and value == "none":
            continue
        compared += 1
        if value != ours_text:
            fail(path, name, line, ours_text)


def compare_contents(path, line, rest, record):
    global compared
    keys = re.search(r"headerKeys: \[(.*?)\]", line)
    if keys and keys.group(1) != ",".join(text(header["key"]) for header in record["headers"]):
        fail(path, "headerKeys", line, record["headers"])
    if "control" in record:
        marker = re.search(r"endTxnMarker: (\w+) coordinatorEpoch: (-?\d+)", line)
        if marker and (marker.group(1).lower() != record["control"]
                       or int(marker.group(2)) != record["decoded"]["value"]["coordinatorEpoch"]):
            fail(path, "marker", line, record["decoded"])
        kraft = re.search(r"(LeaderChange|SnapshotHeader|SnapshotFooter|KRaftVersion|KRaftVoters): (\{.*\})", line)
        if kraft and json.loads(kraft.group(2)) != record["decoded"]["value"]:
            fail(path, "control record", line, record["decoded"])
        return
    if decoded:
        return compare_decoded(path, line, record)
    contents = re.search(r"(?: key: (.*?))?(?: payload: (.*))?$", rest, re.S)
    key, payload = contents.group(1), contents.group(2)
    for what, theirs, ours in (("key", key, record["key"]), ("payload", payload, record["value"])):
        if theirs is None or (ours is None and theirs == "null"):
            continue
        compared += 1
        if theirs != text(ours):
            fail(path, what, line, text(ours))


SEGMENT_STATES = ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"]


def compare_remote_log(path, line, record):
    """What tiered storage noted, which the Java tool prints as its classes print themselves."""
    global compared
    value = record["decoded"]["value"]
    segment = value["remoteLogSegmentId"]
    place = segment["topicIdPartition"]
    ours = {
        "topicIdPartition": f"{place['id']}:{place['name']}-{place['partition']}", "id": segment["id"],
        "startOffset": value.get("startOffset"), "endOffset": value.get("endOffset"), "brokerId": value["brokerId"],
        "maxTimestampMs": value.get("maxTimestampMs"), "eventTimestampMs": value["eventTimestampMs"],
        "segmentLeaderEpochs": "{" + ", ".join(f"{one['leaderEpoch']}={one['offset']}" for one in value.get("segmentLeaderEpochs", [])) + "}",
        "segmentSizeInBytes": value.get("segmentSizeInBytes"), "state": SEGMENT_STATES[value["remoteLogSegmentState"]],
        "txnIdxEmpty": str(value.get("txnIndexEmpty")).lower(), "customMetadata": "Optional.empty",
    }
    theirs = re.findall(r"(\w+)=(\{[\d=, ]*\}|[^{},]+)[,}]", line.split("payload: ")[1])
    if len(theirs) < 6 or value["customMetadata"] is not None:
        return fail(path, "remote log metadata", line, value)
    for name, text_of_it in theirs:
        compared += 1
        if str(ours[name]) != text_of_it:
            fail(path, name, line, ours[name])


def compare_decoded(path, line, record):
    global compared
    ours = record["decoded"]
    if "error" in ours:
        return fail(path, "decoded", line, ours)
    if ours["type"].startswith("RemoteLog"):
        return compare_remote_log(path, line, record)
    contents = re.search(r"(?: key: (\{.*?\}))?(?: payload: (\{.*\}|<DELETE>|null))?$", line)
    for member, found in (("key", contents.group(1)), ("value", contents.group(2))):
        if not found or not found.startswith("{"):
            continue
        theirs = json.loads(found)
        if "data" not in theirs:
            continue
        compared += 1
        if theirs["data"] != ours[member]:
            fail(path, "decoded " + member, line, ours[member])
        kind = theirs.get("type", "")
        if not kind.isdigit() and kind and kind.replace("_", "").lower() != ours["type"].lower():
            fail(path, "type", line, ours["type"])


def judge_segment(path, lines):
    records = dump(path, "--details", "--control", "with")
    batches = dump(path, "--batches")
    record_at = batch_at = 0
    for line in lines:
        if line.startswith("baseOffset: "):
            if batch_at >= len(batches):
                return fail(path, "a batch more", line, "")
            compare(path, line, FIELDS.findall(line), batch_fields(batches[batch_at]))
            batch_at += 1
        elif line.startswith(("| offset: ", "offset: ")):
            if record_at >= len(records):
                return fail(path, "a record more", line, "")
            record = records[record_at]
            head = re.split(r" (?:key|payload|endTxnMarker|LeaderChange): ", line)[0]
            compare(path, line, FIELDS.findall(head), record_fields(record))
            compare_contents(path, line, line[len(head):], record)
            record_at += 1
    if record_at != len(records):
        fail(path, "records", record_at, len(records))
    if batch_at not in (0, len(batches)):
        fail(path, "batches", batch_at, len(batches))


SIDE_NAMES = {
    "offset": "offset", "position": "position", "timestamp": "timestamp_ms", "producerId": "producer_id",
    "firstOffset": "first_offset", "lastOffset": "last_offset", "lastStableOffset": "last_stable_offset",
    "producerEpoch": "producer_epoch", "coordinatorEpoch": "coordinator_epoch", "lastTimestamp": "timestamp_ms",
    "lastSequence": "last_sequence",
}


def judge_side_file(path, lines):
    global compared
    theirs = []
    for line in lines:
        fields = dict(FIELDS.findall(line.replace("Some(", "").replace("OptionalLong[", "").replace(")", "").replace("]", "")))
        if not fields or "mismatch" in line or line.startswith("Found"):
            continue
        theirs.append((line, fields))
    ours = dump(path)
    while len(theirs) > len(ours) and re.match(r"(timestamp: 0 )?offset: \d+( position: 0)?$", theirs[-1][0]):
        theirs.pop()
    if len(theirs) != len(ours):
        return fail(path, "entries", len(theirs), len(ours))
    for (line, fields), entry in zip(theirs, ours):
        for name, value in fields.items():
            mine = entry.get(SIDE_NAMES.get(name))
            if mine is None or not re.fullmatch(r"-?\d+", value):
                continue
            compared += 1
            if str(mine) != value:
                fail(path, name, line, mine)


sections, path = {}, None
with open(java_output, encoding="utf-8", errors="replace") as output:
    for line in output.read().split("\n"):
        if line.startswith("Dumping "):
            path = line[len("Dumping "):]
            sections[path] = []
        elif path:
            sections[path].append(line)
for path, lines in sections.items():
    (judge_segment if path.endswith((".log", ".checkpoint")) else judge_side_file)(path, lines)
print(f"{len(sections)} files, {compared} fields compared, {failures} differ")
sys.exit(1 if failures or not compared else 0)
