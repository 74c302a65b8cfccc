"""The scalar types of protobuf in JSON: numbers, text, bytes, booleans and enums."""
