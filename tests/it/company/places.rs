//! Where the sample company works, the names people have there, and what they do.

/// An office.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) timezone: &'static str,
    pub(super) locale: &'static str,
    pub(super) phone: &'static str,
    pub(super) given: [&'static str; 12],
    pub(super) family: [&'static str; 12],
}

pub(super) const PLACES: [Place; 7] = [
    Place {
        name: "Denver",
        timezone: "America/Denver",
        locale: "en-US",
        phone: "+1 303-555-",
        given: ["Emily", "Marcus", "Grace", "Tyrone", "Hannah", "Luis", "Abigail", "Jordan", "Renée", "Caleb", "Sofia", "Derek"],
        family: [
            "Walker", "Bennett", "Ortiz", "Coleman", "Hughes", "Delgado", "Foster", "Nguyen", "Reyes", "Sullivan", "Price",
            "O'Neal",
        ],
    },
    Place {
        name: "London",
        timezone: "Europe/London",
        locale: "en-GB",
        phone: "+44 20 7946 ",
        given: ["Oliver", "Amelia", "Harriet", "Imran", "Poppy", "Callum", "Niamh", "Rhys", "Aisha", "Edmund", "Chloe", "Femi"],
        family: [
            "Ashworth",
            "Whitfield",
            "Hussain",
            "Pritchard",
            "Doyle",
            "Adeyemi",
            "Fairclough",
            "Lomax",
            "Begum",
            "Radcliffe",
            "Kerr",
            "Osei",
        ],
    },
    Place {
        name: "Berlin",
        timezone: "Europe/Berlin",
        locale: "de-DE",
        phone: "+49 30 5550 ",
        given: ["Jürgen", "Lena", "Matthias", "Elif", "Sören", "Katja", "Tobias", "Derya", "Philipp", "Greta", "Uwe", "Anke"],
        family: ["Müller", "Schäfer", "Yılmaz", "Weiß", "Krüger", "Lehmann", "Böhm", "Aydın", "Fuchs", "Richter", "Sauer", "Thoma"],
    },
    Place {
        name: "Kraków",
        timezone: "Europe/Warsaw",
        locale: "pl-PL",
        phone: "+48 12 555 ",
        given: [
            "Agnieszka",
            "Łukasz",
            "Małgorzata",
            "Piotr",
            "Zofia",
            "Tomasz",
            "Ewa",
            "Marek",
            "Iwona",
            "Paweł",
            "Hanna",
            "Grzegorz",
        ],
        family: [
            "Zieliński",
            "Kamiński",
            "Dąbrowa",
            "Lis",
            "Wójcik",
            "Mazur",
            "Pawlak",
            "Sikora",
            "Baran",
            "Górski",
            "Kubiak",
            "Wilk",
        ],
    },
    Place {
        name: "São Paulo",
        timezone: "America/Sao_Paulo",
        locale: "pt-BR",
        phone: "+55 11 5550 ",
        given: [
            "João",
            "Beatriz",
            "Thiago",
            "Luíza",
            "Rafael",
            "Camila",
            "Otávio",
            "Letícia",
            "Caio",
            "Mariana",
            "Vinícius",
            "Helena",
        ],
        family: [
            "Silva",
            "Araújo",
            "Moreira",
            "Carvalho",
            "Gonçalves",
            "Barbosa",
            "Teixeira",
            "Nascimento",
            "Prado",
            "Lima",
            "Rocha",
            "Brandão",
        ],
    },
    Place {
        name: "Singapore",
        timezone: "Asia/Singapore",
        locale: "en-SG",
        phone: "+65 6555 ",
        given: [
            "Wei Ling", "Jun Hao", "Aravind", "Siti", "Kai Xin", "Farid", "Deepa", "Zhi Wei", "Nurul", "Vikram", "Hui Min",
            "Suresh",
        ],
        family: ["Tan", "Lim", "Krishnan", "Rahman", "Goh", "Ismail", "Menon", "Chua", "Hassan", "Pillai", "Ng", "Wong"],
    },
    Place {
        name: "Osaka",
        timezone: "Asia/Tokyo",
        locale: "ja-JP",
        phone: "+81 6 5550 ",
        given: ["Haruto", "Sakura", "Kenji", "Aoi", "Daichi", "Misaki", "Ren", "Yuna", "Takumi", "Emi", "Sho", "Nao"],
        family: [
            "Sato",
            "Suzuki",
            "Kobayashi",
            "Yamada",
            "Ito",
            "Matsumoto",
            "Inoue",
            "Kimura",
            "Hayashi",
            "Shimizu",
            "Mori",
            "Ikeda",
        ],
    },
];

/// Departments whose people are expected to have an account, and the titles in them.
pub(super) const OFFICE: [(&str, [&str; 4]); 12] = [
    ("Finance", ["Financial Analyst", "Accountant", "Controller", "Treasury Manager"]),
    ("Sales Americas", ["Account Executive", "Sales Engineer", "Sales Manager", "Business Developer"]),
    ("Sales EMEA", ["Account Executive", "Sales Engineer", "Sales Manager", "Business Developer"]),
    ("Sales APAC", ["Account Executive", "Sales Engineer", "Sales Manager", "Business Developer"]),
    ("Marketing", ["Campaign Manager", "Content Editor", "Marketing Analyst", "Brand Designer"]),
    ("Product", ["Product Manager", "Product Designer", "UX Researcher", "Product Analyst"]),
    ("Engineering", ["Software Engineer", "Senior Software Engineer", "Test Engineer", "Engineering Manager"]),
    ("Data & Analytics", ["Data Analyst", "Data Engineer", "Analytics Lead", "Data Scientist"]),
    ("Operations", ["Operations Analyst", "Supply Planner", "Process Manager", "Logistics Coordinator"]),
    ("Customer Success", ["Customer Success Manager", "Support Specialist", "Onboarding Specialist", "Renewals Manager"]),
    ("People", ["HR Business Partner", "Recruiter", "Payroll Specialist", "Learning Manager"]),
    ("IT", ["System Administrator", "Service Desk Analyst", "Security Engineer", "IT Manager"]),
];

/// Departments outside `[expected]`.
pub(super) const FLOOR: [(&str, [&str; 2]); 2] =
    [("Warehouse", ["Warehouse Operative", "Forklift Driver"]), ("Facilities", ["Caretaker", "Receptionist"])];

pub(super) const DENVER: usize = 0;
pub(super) const LONDON: usize = 1;
pub(super) const BERLIN: usize = 2;
pub(super) const KRAKOW: usize = 3;
pub(super) const SAO_PAULO: usize = 4;
pub(super) const SINGAPORE: usize = 5;
pub(super) const OSAKA: usize = 6;
