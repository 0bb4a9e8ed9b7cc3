//! What a SCIM server says about itself: its configuration, its resource types, its schemas.

use serde_json::{Value, json};

/// The most resources in one answer.
pub(super) const MOST: usize = 500;

pub(super) const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
pub(super) const CONFIGURATION: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

pub(super) fn configuration(root: &str) -> Value {
    let no = json!({"supported": false});
    json!({
        "schemas": [CONFIGURATION],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MOST},
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Access token", "description": "An access token as a bearer token", "primary": true
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{root}/ServiceProviderConfig")}
    })
}

pub(super) fn resource_types(root: &str) -> Vec<Value> {
    vec![json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User", "name": "User", "endpoint": "/Users", "description": "A person with an account",
        "schema": USER, "schemaExtensions": [{"schema": ENTERPRISE, "required": false}],
        "meta": {"resourceType": "ResourceType", "location": format!("{root}/ResourceTypes/User")}
    })]
}

pub(super) fn schemas(root: &str) -> Vec<Value> {
    let user = [
        json!({"name": "userName", "type": "string", "multiValued": false, "description": "The login, an e-mail \
            address", "required": true,
               "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "server"}),
        text("displayName", "The name shown"),
        text("title", "The job title"),
        text("locale", "The language"),
        text("timezone", "The time zone"),
        json!({"name": "active", "type": "boolean", "multiValued": false, "description": "Whether the account is switched on",
               "required": false, "mutability": "readWrite", "returned": "default"}),
        list("emails", "E-mail addresses: `work` and `alternate`"),
        list("phoneNumbers", "Telephone numbers: `work`"),
        list("roles", "The role, by its id as text"),
    ];
    let enterprise = [text("employeeNumber", "The employee number"), text("department", "The department")];
    let schema = |id: &str, name: &str, attributes: &[Value]| {
        json!({"schemas": [SCHEMA], "id": id, "name": name, "description": name, "attributes": attributes,
               "meta": {"resourceType": "Schema", "location": format!("{root}/Schemas/{id}")}})
    };
    vec![schema(USER, "User", &user), schema(ENTERPRISE, "EnterpriseUser", &enterprise)]
}

fn text(name: &str, description: &str) -> Value {
    json!({"name": name, "type": "string", "multiValued": false, "description": description, "required": false,
           "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"})
}

fn list(name: &str, description: &str) -> Value {
    let primary = json!({"name": "primary", "type": "boolean", "multiValued": false, "description": "The preferred \
        one", "required": false,
                         "mutability": "readWrite", "returned": "default"});
    json!({"name": name, "type": "complex", "multiValued": true, "description": description, "required": false,
           "mutability": "readWrite", "returned": "default",
           "subAttributes": [text("value", "The value"), text("type", "What kind"), primary]})
}
