//! A table of what well-known programs say beside a page, held against what is heard of it.

use serde_json::json;

use super::tests::beside;

/// What the answers of well-known programs say beside a page of six people: where there are more, and where these are all.
#[test]
fn the_pages_of_well_known_programs_are_told_from_their_whole_lists() {
    let to = "https://hr.example/people?page=2";
    for (program, partial, whole) in [
        (
            "ORDS",
            json!({"next": {"$ref": "https://hr.example/ords/hr/people/?page=1"}}),
            json!({"first": {"$ref": "https://hr.example/ords/hr/people/"}}),
        ),
        (
            "ORDS, Oracle HCM, NetSuite",
            json!({"hasMore": true, "limit": 6, "offset": 0, "count": 6, "links": [{"rel": "self", "href": to}, {"rel": "next", "href": to}]}),
            json!({"hasMore": false, "limit": 25, "offset": 0, "count": 6, "links": [{"rel": "self", "href": to}, {"rel": "first", "href": to}]}),
        ),
        (
            "NetSuite",
            json!({"hasMore": true, "totalResults": 50, "count": 6, "offset": 0}),
            json!({"hasMore": false, "totalResults": 6, "count": 6, "offset": 0}),
        ),
        ("OData 2, SuccessFactors", json!({"__next": to, "__count": "50"}), json!({"__count": "6"})),
        (
            "OData 3",
            json!({"odata.nextLink": to, "odata.count": "50"}),
            json!({"odata.count": "6", "odata.metadata": "https://x/$metadata#people"}),
        ),
        (
            "OData 4, Graph",
            json!({"@odata.nextLink": to, "@odata.count": 50}),
            json!({"@odata.context": "https://x/$metadata#users", "@odata.count": 6}),
        ),
        ("OData, counted only", json!({"@odata.count": 50}), json!({"@odata.count": 6})),
        ("OData 2, counted only", json!({"__count": "50"}), json!({"__count": "6"})),
        ("Azure", json!({"nextLink": to}), json!({"nextLink": null})),
        (
            "HAL",
            json!({"_links": {"self": {"href": to}, "next": {"href": to}}}),
            json!({"_links": {"self": {"href": to}, "first": {"href": to}}}),
        ),
        (
            "HAL, templated",
            json!({"_links": {"next": {"href": to, "templated": false}}}),
            json!({"_links": {"next": {"href": null}}}),
        ),
        (
            "Spring HATEOAS",
            json!({"page": {"size": 6, "totalElements": 50, "totalPages": 9, "number": 0}}),
            json!({"page": {"size": 20, "totalElements": 6, "totalPages": 1, "number": 0}}),
        ),
        (
            "Spring",
            json!({"last": false, "totalPages": 9, "totalElements": 50, "number": 0, "size": 6, "first": true, "numberOfElements": 6, "empty": false, "pageable": {"pageNumber": 0, "pageSize": 6, "offset": 0, "paged": true}}),
            json!({"last": true, "totalPages": 1, "totalElements": 6, "number": 0, "size": 20, "first": true, "numberOfElements": 6, "empty": false, "pageable": {"pageNumber": 0, "pageSize": 20, "offset": 0, "paged": true}}),
        ),
        ("Spring's slice", json!({"last": false, "number": 0, "size": 6}), json!({"last": true, "number": 0, "size": 6})),
        (
            "JSON:API",
            json!({"links": {"self": to, "next": to, "last": "https://x?page=9"}}),
            json!({"links": {"self": to, "next": null, "prev": null}}),
        ),
        ("JSON:API, objects", json!({"links": {"next": {"href": to, "meta": {}}}}), json!({"links": {"next": {"href": null}}})),
        (
            "JSON:API, counted",
            json!({"meta": {"page": {"currentPage": 1, "lastPage": 9, "total": 50}}}),
            json!({"meta": {"page": {"currentPage": 1, "lastPage": 1, "total": 6}}}),
        ),
        (
            "SCIM",
            json!({"totalResults": 50, "itemsPerPage": 6, "startIndex": 1}),
            json!({"totalResults": 6, "itemsPerPage": 6, "startIndex": 1}),
        ),
        ("SCIM with cursors", json!({"nextCursor": "x"}), json!({"nextCursor": ""})),
        (
            "Atlassian",
            json!({"isLast": false, "startAt": 0, "maxResults": 6, "nextPage": to}),
            json!({"isLast": true, "startAt": 0, "maxResults": 50, "total": 6}),
        ),
        (
            "Confluence",
            json!({"size": 6, "limit": 6, "start": 0, "_links": {"next": "/rest/api/people?start=6", "base": "https://x"}}),
            json!({"size": 6, "limit": 25, "start": 0, "_links": {"base": "https://x"}}),
        ),
        (
            "Bitbucket",
            json!({"isLastPage": false, "nextPageStart": 6, "size": 6, "limit": 6, "start": 0}),
            json!({"isLastPage": true, "nextPageStart": null, "size": 6, "limit": 25, "start": 0}),
        ),
        ("Bitbucket's cloud", json!({"pagelen": 6, "page": 1, "next": to}), json!({"pagelen": 50, "page": 1, "size": 6})),
        (
            "Zendesk",
            json!({"next_page": to, "previous_page": null, "count": 50}),
            json!({"next_page": null, "previous_page": null, "count": 6}),
        ),
        (
            "Zendesk with cursors",
            json!({"meta": {"has_more": true, "after_cursor": "x"}, "links": {"next": to}}),
            json!({"meta": {"has_more": false, "after_cursor": null}, "links": {"next": null}}),
        ),
        ("Workday", json!({"total": 50}), json!({"total": 6})),
        (
            "Workday's services",
            json!({"Response_Results": {"Total_Results": 50, "Total_Pages": 9, "Page_Results": 6, "Page": 1}}),
            json!({"Response_Results": {"Total_Results": 6, "Total_Pages": 1, "Page_Results": 6, "Page": 1}}),
        ),
        (
            "ADP",
            json!({"meta": {"totalNumber": 50, "completeIndicator": false}}),
            json!({"meta": {"totalNumber": 6, "completeIndicator": true}}),
        ),
        (
            "Personio",
            json!({"metadata": {"total_elements": 50, "current_page": 0, "total_pages": 9}, "limit": 6, "offset": 0}),
            json!({"metadata": {"total_elements": 6, "current_page": 0, "total_pages": 1}, "limit": 200, "offset": 0}),
        ),
        ("Personio 2", json!({"_meta": {"links": {"next": {"href": to}}}}), json!({"_meta": {"links": {"self": {"href": to}}}})),
        ("BambooHR", json!({"paging": {"next": to, "total": 50}}), json!({"paging": {"next": null, "total": 6}})),
        (
            "BambooHR with cursors",
            json!({"meta": {"pageInfo": {"hasNextPage": true, "endCursor": "x"}}}),
            json!({"meta": {"pageInfo": {"hasNextPage": false, "endCursor": "x"}}}),
        ),
        ("Dayforce", json!({"Paging": {"Next": to}}), json!({"Paging": {"Next": ""}})),
        ("Rippling", json!({"next_link": to}), json!({"next_link": null})),
        (
            "Deel",
            json!({"page": {"items_per_page": 6, "offset": 0, "total_rows": 50}}),
            json!({"page": {"items_per_page": 50, "offset": 0, "total_rows": 6}}),
        ),
        (
            "Factorial",
            json!({"meta": {"has_next_page": true, "end_cursor": "x", "total": 50}}),
            json!({"meta": {"has_next_page": false, "end_cursor": "x", "total": 6}}),
        ),
        ("Humaans", json!({"total": 50, "limit": 6, "skip": 0}), json!({"total": 6, "limit": 100, "skip": 0})),
        (
            "SmartRecruiters",
            json!({"totalFound": 50, "limit": 6, "offset": 0}),
            json!({"totalFound": 6, "limit": 100, "offset": 0}),
        ),
        ("Lever", json!({"hasNext": true, "next": "x"}), json!({"hasNext": false})),
        ("Workable", json!({"paging": {"next": to}}), json!({"paging": {}})),
        (
            "Sage",
            json!({"$total": 50, "$page": 1, "$next": "/people?page=2", "$itemsPerPage": 6}),
            json!({"$total": 6, "$page": 1, "$next": null, "$itemsPerPage": 20}),
        ),
        (
            "Xero",
            json!({"pagination": {"page": 1, "pageSize": 6, "pageCount": 9, "itemCount": 50}}),
            json!({"pagination": {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": 6}}),
        ),
        (
            "QuickBooks",
            json!({"startPosition": 1, "maxResults": 6, "totalCount": 50}),
            json!({"startPosition": 1, "maxResults": 6, "totalCount": 6}),
        ),
        ("ServiceNow's headers", json!({"headers": {"X-Total-Count": "50"}}), json!({"headers": {"X-Total-Count": "6"}})),
        (
            "Salesforce",
            json!({"totalSize": 50, "done": false, "nextRecordsUrl": "/services/data/v60.0/query/01g-6"}),
            json!({"totalSize": 6, "done": true}),
        ),
        ("Salesforce, done only", json!({"done": false}), json!({"done": true})),
        (
            "GraphQL",
            json!({"pageInfo": {"hasNextPage": true, "endCursor": "x"}, "totalCount": 50}),
            json!({"pageInfo": {"hasNextPage": false, "endCursor": "x"}, "totalCount": 6}),
        ),
        (
            "Elasticsearch",
            json!({"hits": {"total": {"value": 50, "relation": "eq"}}}),
            json!({"hits": {"total": {"value": 6, "relation": "eq"}, "max_score": 1.0}, "timed_out": false, "took": 3}),
        ),
        ("Elasticsearch 6", json!({"hits": {"total": 50}}), json!({"hits": {"total": 6}})),
        (
            "Elasticsearch, beside the hits",
            json!({"total": {"value": 50, "relation": "gte"}}),
            json!({"total": {"value": 6, "relation": "eq"}}),
        ),
        (
            "Solr",
            json!({"numFound": 50, "start": 0, "numFoundExact": true}),
            json!({"numFound": 6, "start": 0, "numFoundExact": true}),
        ),
        (
            "Algolia",
            json!({"nbHits": 50, "page": 0, "nbPages": 9, "hitsPerPage": 6}),
            json!({"nbHits": 6, "page": 0, "nbPages": 1, "hitsPerPage": 20}),
        ),
        (
            "Meilisearch",
            json!({"estimatedTotalHits": 50, "limit": 6, "offset": 0}),
            json!({"estimatedTotalHits": 6, "limit": 20, "offset": 0}),
        ),
        ("Typesense", json!({"found": 50, "out_of": 50, "page": 1}), json!({"found": 6, "out_of": 6, "page": 1})),
        (
            "DataTables",
            json!({"draw": 1, "recordsTotal": 50, "recordsFiltered": 50}),
            json!({"draw": 1, "recordsTotal": 6, "recordsFiltered": 6}),
        ),
        (
            "DataTables, filtered",
            json!({"draw": 1, "recordsTotal": 6, "recordsFiltered": 50}),
            json!({"draw": 1, "recordsFiltered": 6}),
        ),
        (
            "DataTables before 1.10",
            json!({"sEcho": 1, "iTotalRecords": 9}),
            json!({"sEcho": 1, "iTotalRecords": 6, "iTotalDisplayRecords": 6}),
        ),
        ("DataTables before 1.10, filtered", json!({"iTotalDisplayRecords": "9"}), json!({"iTotalDisplayRecords": "6"})),
        ("jqGrid", json!({"page": 1, "total": 9, "records": 50}), json!({"page": "1", "total": 1, "records": "6"})),
        ("Kendo", json!({"Total": 50}), json!({"Total": 6, "Errors": null})),
        (
            "MyBatis",
            json!({"total": 50, "size": 6, "current": 1, "pages": 9}),
            json!({"total": 6, "size": 10, "current": 1, "pages": 1}),
        ),
        (
            "PageHelper",
            json!({"pageNum": 1, "pages": 9, "nextPage": 2, "isLastPage": false, "hasNextPage": true}),
            json!({"pageNum": 1, "pages": 1, "prePage": 0, "nextPage": 0, "isLastPage": true, "hasNextPage": false}),
        ),
        ("FastAPI", json!({"total": 50, "page": 1, "size": 6, "pages": 9}), json!({"total": 6, "page": 1, "size": 50, "pages": 1})),
        ("Django", json!({"count": 50, "next": to, "previous": null}), json!({"count": 6, "next": null, "previous": null})),
        (
            "Laravel",
            json!({"current_page": 1, "last_page": 9, "next_page_url": to, "per_page": 6, "from": 1, "to": 6, "total": 50}),
            json!({"current_page": 1, "last_page": 1, "next_page_url": null, "per_page": 15, "from": 1, "to": 6, "total": 6}),
        ),
        (
            "Rails",
            json!({"meta": {"current_page": 1, "next_page": 2, "total_pages": 9, "total_count": 50}}),
            json!({"meta": {"current_page": 1, "next_page": null, "total_pages": 1, "total_count": 6}}),
        ),
        (
            "Hydra",
            json!({"hydra:totalItems": 50, "hydra:view": {"@id": "/people?page=1", "hydra:next": "/people?page=2"}}),
            json!({"hydra:totalItems": 6, "hydra:view": {"@id": "/people?page=1"}}),
        ),
        (
            "Hydra without a prefix",
            json!({"totalItems": 50, "view": {"@id": "/people?page=1", "next": "/people?page=2"}}),
            json!({"totalItems": 6, "view": {"@id": "/people?page=1"}}),
        ),
        (
            "Siren",
            json!({"links": [{"rel": ["self"], "href": to}, {"rel": ["next"], "href": to}]}),
            json!({"links": [{"rel": ["self"], "href": to}]}),
        ),
        (
            "Kubernetes",
            json!({"metadata": {"continue": "x", "remainingItemCount": 44}}),
            json!({"metadata": {"continue": "", "resourceVersion": "12"}}),
        ),
        ("AWS", json!({"NextToken": "x", "IsTruncated": true}), json!({"NextToken": null, "IsTruncated": false})),
        ("AWS with markers", json!({"NextMarker": "x"}), json!({"IsTruncated": false, "MaxItems": 100})),
        (
            "DynamoDB",
            json!({"LastEvaluatedKey": {"id": {"S": "x"}}, "Count": 6, "ScannedCount": 6}),
            json!({"Count": 6, "ScannedCount": 6}),
        ),
        ("Google", json!({"nextPageToken": "x"}), json!({"kind": "admin#directory#users", "etag": "x"})),
        (
            "Slack",
            json!({"ok": true, "response_metadata": {"next_cursor": "x"}}),
            json!({"ok": true, "response_metadata": {"next_cursor": ""}}),
        ),
        ("HubSpot", json!({"paging": {"next": {"after": "6", "link": to}}}), json!({"paging": null})),
        (
            "Intercom",
            json!({"pages": {"type": "pages", "next": {"page": 2, "starting_after": "x"}, "page": 1, "per_page": 6, "total_pages": 9}, "total_count": 50}),
            json!({"pages": {"type": "pages", "next": null, "page": 1, "per_page": 50, "total_pages": 1}, "total_count": 6}),
        ),
        (
            "Pipedrive",
            json!({"success": true, "additional_data": {"pagination": {"start": 0, "limit": 6, "more_items_in_collection": true, "next_start": 6}}}),
            json!({"success": true, "additional_data": {"pagination": {"start": 0, "limit": 100, "more_items_in_collection": false}}}),
        ),
        ("Asana", json!({"next_page": {"offset": "x", "path": "/users?offset=x", "uri": to}}), json!({"next_page": null})),
        ("Airtable", json!({"offset": "itrAbc"}), json!({})),
        ("Notion", json!({"has_more": true, "next_cursor": "x"}), json!({"has_more": false, "next_cursor": null})),
        (
            "Zoho",
            json!({"info": {"per_page": 6, "count": 6, "page": 1, "more_records": true}}),
            json!({"info": {"per_page": 200, "count": 6, "page": 1, "more_records": false}}),
        ),
        (
            "Zoom",
            json!({"page_count": 9, "page_number": 1, "page_size": 6, "total_records": 50, "next_page_token": ""}),
            json!({"page_count": 1, "page_number": 1, "page_size": 30, "total_records": 6, "next_page_token": ""}),
        ),
        (
            "DocuSign",
            json!({"resultSetSize": "6", "totalSetSize": "50", "startPosition": "0", "endPosition": "5", "nextUri": "/users?start=6"}),
            json!({"resultSetSize": "6", "totalSetSize": "6", "startPosition": "0", "endPosition": "5"}),
        ),
        (
            "DocuSign, counted only",
            json!({"resultSetSize": "6", "totalSetSize": "50"}),
            json!({"resultSetSize": "6", "totalSetSize": "6"}),
        ),
        (
            "Twilio",
            json!({"meta": {"page": 0, "page_size": 6, "next_page_url": to}}),
            json!({"meta": {"page": 0, "page_size": 50, "next_page_url": null}}),
        ),
        ("Twilio before", json!({"next_page_uri": "/users.json?Page=1", "page": 0}), json!({"next_page_uri": null, "page": 0})),
        ("SendGrid", json!({"_metadata": {"next": to, "count": 50}}), json!({"_metadata": {"self": to, "count": 6}})),
        ("Box", json!({"total_count": 50, "limit": 6, "offset": 0}), json!({"total_count": 6, "limit": 100, "offset": 0})),
        (
            "Auth0",
            json!({"start": 0, "limit": 6, "length": 6, "total": 50}),
            json!({"start": 0, "limit": 50, "length": 6, "total": 6}),
        ),
        (
            "OneLogin",
            json!({"pagination": {"before_cursor": null, "after_cursor": "x", "next_link": to}}),
            json!({"pagination": {"before_cursor": null, "after_cursor": null, "next_link": null}}),
        ),
        ("JumpCloud", json!({"totalCount": 50}), json!({"totalCount": 6})),
        (
            "ForgeRock",
            json!({"resultCount": 6, "pagedResultsCookie": "x", "totalPagedResults": -1, "remainingPagedResults": -1}),
            json!({"resultCount": 6, "pagedResultsCookie": null, "totalPagedResults": -1, "remainingPagedResults": -1}),
        ),
        ("CouchDB", json!({"total_rows": 50, "offset": 0}), json!({"total_rows": 6, "offset": 0})),
        ("GitHub", json!({"total_count": 50, "incomplete_results": false}), json!({"total_count": 6, "incomplete_results": false})),
        ("An object of its own", json!({"navigation": {"next": to}}), json!({"navigation": {"next": null, "self": to}})),
        (
            "An object of any name",
            json!({"browse": {"next": "/people?page=2"}}),
            json!({"workflow": {"next": "approve"}, "browse": {"next": ""}}),
        ),
        ("An object that is called next", json!({"next": {"$skip": 6}}), json!({"next": {"$ref": null, "title": ""}})),
    ] {
        assert!(!beside(&partial).is_empty(), "{program}: {partial}");
        assert_eq!(beside(&whole), Vec::<String>::new(), "{program}: {whole}");
    }
}
