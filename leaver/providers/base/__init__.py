"""The common base of Leaver's Pulumi provider plugins.

A plugin describes its resource types (`resource`), and the base does the rest: the gRPC service
(`server`), Check, plan and Diff (`planning`), the state's shape (`state`), HTTP on loopback (`http`), start
and stop (`launch`). Nothing is imported here, so that a plugin starts quickly.
"""
