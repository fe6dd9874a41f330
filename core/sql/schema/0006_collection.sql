-- Where the tables of collections are looked for, in order: a collection's name is its table's name there.
CREATE TABLE {S}.birth_setting (
    name text PRIMARY KEY,
    value text[] NOT NULL
);
INSERT INTO {S}.birth_setting VALUES ('collection_schemas', ARRAY['public', {s}]);

-- Which table a collection is, where that was said when it was enrolled: several schemas may hold tables of one name.
CREATE TABLE {S}.birth_collection_place (
    collection_name text PRIMARY KEY,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    UNIQUE (table_schema, table_name)
);
