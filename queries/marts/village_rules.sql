-- One article of a village's rules: when they were last revised, and how often it was used by the cut-off.
-- grain: village_id, article
-- sources: staging.stg_rules
-- columns:
--   village_id: village
--   article: which article
--   article_text: what it says
--   revised_on: the day the village last revised its rules; null where nobody says
--   uses: uses on record
--   last_used: day of the last one
select
    cast(r.village_id as varchar) as village_id,
    cast(r.article as varchar) as article,
    cast(max(r.article_text) as varchar) as article_text,
    cast(max(r.revised_on) as date) as revised_on,
    cast(count(r.used_on) as bigint) as uses,
    cast(max(r.used_on) as date) as last_used
from staging.stg_rules r
group by r.village_id, r.article
