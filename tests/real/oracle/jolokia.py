#!/usr/bin/env python3
"""Holds what kt reads of a JVM by Jolokia against what it reads by RMI before and after.

jolokia.py BEFORE JOLOKIA AFTER: answers of kt jmx get '*:*' -o json. Exit code 1: faults, or too little was compared.
"""
import json
import sys

LEAST_SHARE = 0.80
# Reading changes these, or they are measured anew at each reading.
CHANGED_BY_READING = ("OpenFileDescriptorCount", "CpuLoad", "SystemCpuLoad", "ProcessCpuLoad", "CollectionUsage", "Usage",
                      "PeakUsage", "LastGcInfo")


def told(attribute, value):
    """Jolokia writes the names of MBeans with their properties in order."""
    if attribute != "ObjectName" or not isinstance(value, str):
        return value
    domain, _, properties = value.partition(":")
    return domain, sorted(properties.split(","))


def rows(path):
    answer = json.load(open(path, encoding="utf-8"))
    values = {(row["mbean"], row["attribute"]): told(row["attribute"], row["brokers"][0]["value"])
              for row in answer["attributes"]}
    return values, {(e["mbean"], e["attribute"]) for e in answer["errors"] if "attribute" in e}


def main():
    (before, thrown), (jolokia, refused), (after, _) = map(rows, sys.argv[1:])
    # The agent has MBeans of its own, and reads what it serves with other settings.
    steady = {k for k in before if k in after and before[k] == after[k] and k[1].split(".")[0] not in CHANGED_BY_READING
              and not k[0].startswith(("java.lang:name=", "java.lang:type=Memory"))}
    faults = [f"{k}: {str(jolokia.get(k))[:200]}, by RMI {str(before[k])[:200]}" for k in sorted(steady)
              if jolokia.get(k) != before[k]]
    faults += [f"{k}: a value, by RMI an exception" for k in sorted(thrown & jolokia.keys())
               if jolokia[k] != "Unsupported"]
    for fault in faults[:20]:
        print("FAULT", fault)
    share = len(steady) / max(1, len(before))
    print(f"by Jolokia {len(steady)} of {len(before)} values held against RMI ({share:.1%}), "
          f"{len(refused)} exceptions; {len(faults)} faults")
    sys.exit(1 if faults or share < LEAST_SHARE or len(before) < 500 else 0)


main()
