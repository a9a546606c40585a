#!/usr/bin/env python3
"""Holds what kt reads of a JVM against what Java read before and after: names, types, exceptions, values.

mbeans.py BEFORE KT KT_LIST AFTER: files of Mbeans.java's lines, of kt jmx get -o json and of kt jmx list --attributes
-o json. Values count where both Java reads agree; their share is printed. Exit code 1: faults; 2: too little was compared.
"""
import json
import sys

LEAST_SHARE = 0.80
# Reading changes these (Java has more connections open than kt), or they are measured anew at each reading.
CHANGED_BY_READING = {"OpenFileDescriptorCount", "CpuLoad", "SystemCpuLoad", "ProcessCpuLoad"}


def java(path):
    read = {}
    for line in open(path, encoding="utf-8"):
        one = json.loads(line)
        read[one["mbean"], one["attribute"]] = one
    return read


def leaves(one):
    return {path: (kind, value) for path, kind, value in one["leaves"]}


def main():
    before_path, kt_path, list_path, after_path = sys.argv[1:]
    before, after = java(before_path), java(after_path)
    answer = json.load(open(kt_path, encoding="utf-8"))
    listed = json.load(open(list_path, encoding="utf-8"))
    rows, faults = {}, []
    for row in answer["attributes"]:
        rows.setdefault(row["mbean"], {})[row["attribute"]] = (row["type"], row["brokers"][0]["value"])
    errors = {(e["mbean"], e["attribute"]): e["message"] for e in answer["errors"]}
    declared = {(m["mbean"], a["attribute"]): (a["type"], a["readable"]) for m in listed["mbeans"] for a in m["attributes"]}
    steady = [key for key in before if key in after]
    for key in declared:
        if key not in before and key not in after:
            faults.append(f"{key}: Java knows no such attribute")
    compared = readable = thrown = types = 0
    for key in steady:
        first, last = before[key], after[key]
        if declared.get(key) != (first["declared"], first["readable"]):
            faults.append(f"{key}: declared {declared.get(key)}, Java says {first['declared']}")
        if not first["readable"]:
            continue
        readable += 1
        if "error" in first or "error" in last:
            if first.get("error") == last.get("error"):
                thrown += 1
                compared += 1
                if errors.get(key) != first["error"]:
                    faults.append(f"{key}: {errors.get(key)}, Java says {first['error']}")
            continue
        mbean, attribute = key
        mine = {path: value for path, value in rows.get(mbean, {}).items()
                if path == attribute or path.startswith((attribute + ".", attribute + "["))}
        # A name that goes on like another one: what Java has under it decides.
        wanted = leaves(first)
        for other in (k for k in before if k[0] == mbean and k[1] != attribute and k[1].startswith(attribute + ".")):
            mine = {p: v for p, v in mine.items() if not p.startswith(other[1])}
        if {p: t for p, (t, _) in wanted.items()} == {p: t for p, (t, _) in leaves(last).items()}:
            types += 1
            got = {p: t for p, (t, _) in mine.items()}
            if got != {p: t for p, (t, _) in wanted.items()}:
                faults.append(f"{key}: types {str(got)[:200]}, Java says {str({p: t for p, (t, _) in wanted.items()})[:200]}")
                continue
        if wanted == leaves(last) and attribute not in CHANGED_BY_READING:
            compared += 1
            if mine != wanted:
                differing = [p for p in wanted if mine.get(p) != wanted[p]]
                faults.append(f"{key}: {differing[0]}: {str(mine.get(differing[0]))[:200]}, Java says {str(wanted[differing[0]])[:200]}")
    share = compared / max(1, readable)
    for fault in faults[:20]:
        print("FAULT", fault)
    mbeans = len({key[0] for key in steady})
    print(f"{mbeans} MBeans, {len(steady)} attributes: {compared} of {readable} values held against Java "
          f"({share:.1%}), {thrown} of them exceptions; {types} types; {len(faults)} faults")
    if share < LEAST_SHARE or readable < 500:
        sys.exit(2)
    if faults:
        sys.exit(1)


main()
