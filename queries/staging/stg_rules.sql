-- One article of a village's rules, and a use of it by the cut-off where there is one.
-- grain: village_id, article, used_on
-- kind: view
-- sources: exports.rules, staging.stg_cut_off
-- columns:
--   village_id: village
--   article: which article
--   article_text: what it says
--   revised_on: the day the village last revised its rules; null where nobody says
--   used_on: the day the article was used; null: the row tells of the article alone
select
    cast(r.village_id as varchar) as village_id,
    cast(r.article as varchar) as article,
    cast(r.wording as varchar) as article_text,
    cast(r.revised_on as date) as revised_on,
    cast(r.used_on as date) as used_on
from exports.rules r
where coalesce(r.used_on, date '0001-01-01') <= (
    select cut.cut_off
    from staging.stg_cut_off cut
)
