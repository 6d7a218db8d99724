-- One version of a post row and the days between which it holds.
-- grain: post_id, valid_from
-- sources: exports.posts, history.posts, staging.stg_registry_spans
-- columns:
--   post_id: the exporter's number
--   member_id: holder
--   kind: kind of post
--   programme: programme it serves
--   river: river it is on; null off the river
--   segment_from: from which metre
--   segment_to: to which metre
--   claimed_on: from when it is held; null: always
--   released_on: until when
--   valid_from: first day it holds
--   valid_until: first day it no longer holds
-- checks:
--   not_null: post_id, valid_from, valid_until
with versions as (
    select
        post_id,
        member_id,
        kind,
        programme,
        river,
        segment_from,
        segment_to,
        claimed_on,
        released_on,
        _file as file_no,
        0 as until_file
    from exports.posts
    union all
    select
        post_id,
        member_id,
        kind,
        programme,
        river,
        segment_from,
        segment_to,
        claimed_on,
        released_on,
        _file,
        _until_file
    from history.posts
)

select
    cast(v.post_id as varchar) as post_id,
    cast(v.member_id as varchar) as member_id,
    cast(v.kind as varchar) as kind,
    cast(v.programme as varchar) as programme,
    cast(v.river as varchar) as river,
    cast(v.segment_from as bigint) as segment_from,
    cast(v.segment_to as bigint) as segment_to,
    cast(v.claimed_on as date) as claimed_on,
    cast(v.released_on as date) as released_on,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_until as date) as valid_until
from versions v
join staging.stg_registry_spans s
    on s.registry = 'posts' and s.id = v.post_id and s.file_no = v.file_no and s.until_file = v.until_file
