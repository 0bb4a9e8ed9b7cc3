//! Headers and status words in the languages of the countries whose HR systems write them, as data, each with where it was read. What
//! English-speaking systems write stands in [`super::synonyms`] and [`super::status`].
//!
//! "Inactive" in any language is on leave or gone, nobody can tell which: it stands in no list here but in `inactive`.

use super::slot::Slot::{self, *};
use crate::terms::Status;

const ACTIVE: Status = Status::Active;
const LEAVE: Status = Status::Leave;
const SUSPENDED: Status = Status::Suspended;
const TERMINATED: Status = Status::Terminated;
const PREHIRE: Status = Status::Prehire;

/// What the systems of one country, or of a few that share words, write.
pub(super) struct Country {
    /// Slot, rank as in [`super::synonyms::SYNONYMS`], spellings.
    pub(super) headers: &'static [(Slot, u8, &'static str)],
    /// Status words.
    pub(super) words: &'static [(Status, &'static str)],
    /// Its words for "inactive".
    pub(super) inactive: &'static str,
    /// Headers that are never read: birthdays and the like.
    pub(super) never: &'static str,
}

/// All of them.
pub(super) const COUNTRIES: &[Country] = &[
    // Germany, Austria, Switzerland. support.personio.de (211776305, import of employees: Vertragsende is for information only, the last
    // day is Letzter Arbeitstag or Beendigungsdatum; 4402907027857, DATEV Lohn und Gehalt: Personalnummer, Eintrittsdatum, Austrittsdatum),
    // manuals.dekodi.de (Pers-Nr., Eintritt or Arbeitsbeginn, Austritt or Arbeitsende), SAP HCM (PersNr), awiti.com (Personalnummer).
    Country {
        headers: &[
            (
                Email,
                10,
                "Geschäftliche E-Mail | E-Mail geschäftlich | Dienstliche E-Mail | Firmen-E-Mail | Geschäftliche E-Mail-Adresse | E-Mail (geschäftlich)",
            ),
            (Email, 15, "E-Mail-Anschrift | Mailadresse | Mail-Adresse | E-Mail Anschrift"),
            (AlternateEmail, 20, "Private E-Mail | E-Mail privat | Private E-Mail-Adresse"),
            (
                EmployeeNumber,
                10,
                "PersNr | Pers.-Nr. | Pers-Nr | Personal-ID | Mitarbeiter-ID | Mitarbeiternr | Mitarbeiter-Nr. | Mitarbeiter Nr | Mitarbeitendennummer | Stammnummer",
            ),
            (
                Name,
                10,
                "Mitarbeitername | Vollständiger Name | Anzeigename | Vor- und Nachname | Mitarbeiter | Mitarbeiterin | Name, Vorname | Nachname, Vorname",
            ),
            (GivenName, 10, "Rufname"),
            (FamilyName, 10, "Zuname"),
            (Title, 20, "Position/Funktion | Tätigkeit | Berufsbezeichnung | Jobtitel | Stelle | Planstelle"),
            (Department, 20, "Organisationseinheit | Orgeinheit | Bereich | Fachbereich | Kostenstelle"),
            (Location, 10, "Niederlassung | Arbeitsstätte | Betriebsstätte | Werk"),
            (Phone, 15, "Telefon geschäftlich | Durchwahl | Handy | Mobiltelefon | Mobilnummer"),
            (Status, 10, "Mitarbeiterstatus | Personalstatus | Anstellungsstatus"),
            (
                HireDate,
                10,
                "Eintrittstermin | Beginn der Beschäftigung | Beschäftigungsbeginn | Diensteintritt | Anstellungsdatum | Anstelldatum | Vertragsbeginn | Arbeitsbeginn",
            ),
            (
                TerminationDate,
                10,
                "Letzter Arbeitstag | Beendigungsdatum | Ende der Beschäftigung | Beschäftigungsende | Austrittstermin | Dienstaustritt | Ausscheidedatum | Ausgeschieden am | Ausgetreten am | Arbeitsende",
            ),
            (TerminationDate, 50, "Vertragsende | Befristet bis"),
            (ManagerEmail, 10, "E-Mail des Vorgesetzten | Vorgesetzter E-Mail | E-Mail Vorgesetzter | E-Mail der Führungskraft"),
            (ManagerName, 10, "Vorgesetzte | Vorgesetzte/r | Teamleiter | Disziplinarischer Vorgesetzter"),
            (UserType, 10, "Beschäftigungsart | Vertragsart | Mitarbeitergruppe | Mitarbeiterkreis"),
        ],
        words: &[
            (
                ACTIVE,
                "beschäftigt | tätig | in beschäftigung | eingestellt | probezeit | in probezeit | gekündigt, noch tätig | mitarbeiter | aktives arbeitsverhältnis | freigestellt mit bezügen",
            ),
            (
                LEAVE,
                "in elternzeit | im mutterschutz | mutterschutz | elternzeit | beurlaubung | unbezahlter urlaub | langzeitkrank | langzeiterkrankt | sonderurlaub | freigestellt | freistellung",
            ),
            (
                TERMINATED,
                "ausgeschieden | ehemalig | ehemaliger mitarbeiter | beendet | austritt | rente | in rente | pensioniert | verrentet | verstorben",
            ),
            (SUSPENDED, "deaktiviert"),
            (PREHIRE, "eintritt geplant | zukünftig | noch nicht eingetreten | künftiger eintritt"),
        ],
        inactive: "nicht aktiv",
        never: "Geburtsdatum | Geburtstag | Geb.-Datum | Geboren am | Sozialversicherungsnummer | Steuer-ID | Gehalt",
    },
    // France. help.atimeus.com (201000109332: Matricule, Date d'entrée, Date de sortie, Actif ?), support.lucca.fr
    // (360021100132: employeenumber or Matricule paie, dtContractStart or Date de début de contrat, E-mail professionnel),
    // aide.valala-shop.fr (Lucca: Date de fin de contrat); the others own knowledge (Silae).
    Country {
        headers: &[
            (
                Email,
                10,
                "Email professionnel | E-mail professionnel | Adresse e-mail professionnelle | Mail professionnel | Courriel professionnel | Adresse mail professionnelle | Email pro | Mail pro",
            ),
            (Email, 15, "Adresse mail | Adresse de messagerie | Adresse courriel"),
            (
                AlternateEmail,
                20,
                "Email perso | Email personnel | E-mail personnel | Adresse e-mail personnelle | Courriel personnel",
            ),
            (
                EmployeeNumber,
                10,
                "Matricule salarié | Matricule collaborateur | Numéro de matricule | N° matricule | Numéro salarié | N° salarié | Numéro de salarié | Identifiant salarié | Code salarié | Numéro employé | Matricule paie",
            ),
            (Name, 10, "Salarié | Collaborateur | Prénom et nom | Nom prénom | Nom et prénoms | Nom affiché"),
            (FamilyName, 10, "Nom d'usage | Nom usuel"),
            (FamilyName, 20, "Nom de naissance"),
            (Title, 20, "Fonction | Emploi | Intitulé de poste | Libellé emploi | Titre du poste"),
            (Department, 20, "Service | Direction | Unité organisationnelle | Entité"),
            (Location, 10, "Site | Lieu de rattachement | Établissement | Lieu d'affectation"),
            (Phone, 15, "N° de téléphone pro | Téléphone professionnel | Téléphone portable | Portable | Téléphone mobile"),
            (Status, 10, "Statut salarié | Statut du contrat | Statut collaborateur | Situation"),
            (Enabled, 10, "Actif ? | Est actif"),
            (
                HireDate,
                10,
                "Date d'arrivée | Date d'entrée dans l'entreprise | Date entrée | Date début de contrat | Début de contrat | Date de début de contrat | Date embauche | dtContractStart",
            ),
            (
                TerminationDate,
                10,
                "Date sortie | Dernier jour travaillé | Date de fin d'emploi | Date de fin de présence | Date de rupture | Date départ | Sorti le",
            ),
            (TerminationDate, 50, "Date de fin de contrat | Date fin de contrat | Fin de contrat | dtContractEnd"),
            (ManagerEmail, 10, "Email du manager | E-mail du manager | Email responsable | Email du responsable"),
            (ManagerName, 10, "Responsable hiérarchique | Supérieur hiérarchique | N+1"),
            (UserType, 10, "Type de contrat | Nature du contrat"),
        ],
        words: &[
            (
                ACTIVE,
                "présent | présente | active | en activité | en contrat | embauché | embauchée | période d'essai | en période d'essai | préavis | en préavis | salarié | salariée",
            ),
            (
                LEAVE,
                "en congés | congé sabbatique | congé sans solde | arrêt maladie | en arrêt | longue maladie | en congé maternité | en congé parental | suspension de contrat | disponibilité",
            ),
            (
                TERMINATED,
                "sortie | partie | ancien salarié | ancien | démission | démissionné | licenciée | retraité | retraitée | contrat terminé | fin de contrat | décédé | décédée | radié",
            ),
            (SUSPENDED, "désactivé | désactivée"),
            (PREHIRE, "à venir | arrivée prévue | futur salarié | en attente d'arrivée"),
        ],
        inactive: "non actif | inactive",
        never: "Date de naissance | Né le | Née le | Numéro de sécurité sociale | Salaire | Date d'ancienneté",
    },
    // Spain and Spanish-speaking America. docs.factor-rh.com (Código empleado, Fecha de alta, Fecha de baja, Activo 1/0), aturnos.com
    // (Nombre, Mail, Fecha de alta), help.mapal-os.com (Apellido, Estado). `Baja` alone is sick leave as well as the end: not decoded.
    Country {
        headers: &[
            (
                Email,
                10,
                "Correo corporativo | Correo electrónico corporativo | Email corporativo | Correo de trabajo | Correo empresarial | Correo laboral | Email de trabajo | Correo institucional",
            ),
            (Email, 15, "Correo-e | Dirección de correo | Dirección de correo electrónico | E-mail de empresa"),
            (AlternateEmail, 20, "Correo personal | Email personal | Correo electrónico personal"),
            (
                EmployeeNumber,
                10,
                "Código empleado | Código de empleado | Cod. empleado | Código trabajador | Nº empleado | N.º empleado | No. de empleado | No. empleado | Num. empleado | Número empleado | ID empleado | ID de empleado | Número de trabajador | Legajo | Nº de legajo | Ficha",
            ),
            (
                Name,
                10,
                "Nombre y apellidos | Nombre y apellido | Apellidos y nombre | Empleado | Trabajador | Nombre del empleado | Colaborador",
            ),
            (FamilyName, 10, "Primer apellido | Apellido paterno"),
            (GivenName, 10, "Nombres | Nombre de pila | Primer nombre"),
            (Title, 20, "Puesto de trabajo | Título profesional | Cargo actual | Ocupación | Categoría profesional"),
            (Department, 10, "Área | Gerencia | Sección"),
            (Location, 10, "Centro de trabajo | Lugar de trabajo | Localización | Sede | Sucursal | Oficina"),
            (Phone, 15, "Teléfono móvil | Móvil | Celular | Teléfono corporativo"),
            (Status, 10, "Situación laboral | Estado laboral | Estado del empleado | Estatus | Situación"),
            (Enabled, 10, "Activo | Activa"),
            (
                HireDate,
                10,
                "Fecha alta | Fecha ingreso | Fecha de inicio | Fecha de incorporación | Fecha contratación | Fecha de antigüedad",
            ),
            (
                TerminationDate,
                10,
                "Fecha baja | Fecha de cese | Fecha de salida | Fecha de egreso | Fecha de terminación | Último día trabajado | Último día de trabajo | Último día laborable | Fecha de retiro | Fecha de desvinculación",
            ),
            (
                TerminationDate,
                50,
                "Fecha fin de contrato | Fecha de fin de contrato | Fin de contrato previsto | Vencimiento de contrato",
            ),
            (ManagerEmail, 10, "Correo del jefe | Correo del responsable | Email del responsable | Correo del supervisor"),
            (ManagerName, 10, "Jefe | Jefe inmediato | Responsable directo | Reporta a"),
            (UserType, 10, "Tipo de contrato | Tipo de empleado | Tipo contrato"),
        ],
        words: &[
            (
                ACTIVE,
                "activa | alta | de alta | en alta | contratado | contratada | vigente | empleado | empleada | en período de prueba | laborando",
            ),
            (
                LEAVE,
                "excedencia | en excedencia | licencia | en licencia | de licencia | baja médica | incapacidad | baja por maternidad | permiso | de vacaciones | vacaciones | maternidad | paternidad | baja temporal",
            ),
            (
                TERMINATED,
                "cesada | despedido | despedida | desvinculado | desvinculada | retirado | retirada | renunció | jubilado | jubilada | baja definitiva | baja voluntaria | egresado | finalizado | fallecido | fallecida | terminado | terminada",
            ),
            (SUSPENDED, "suspendido | suspendida | desactivado | bloqueado"),
            (PREHIRE, "por ingresar | próximo ingreso | pendiente de alta"),
        ],
        inactive: "inactiva | no activo",
        never: "Fecha de nacimiento | Fecha nacimiento | Nacimiento | Salario | Sueldo | Número de seguro social | CURP | RFC | NIF | DNI",
    },
    // Brazil and Portugal. tdn.totvs.com (Protheus SRA: Matrícula, Data de Admissão, Data de Demissão, Situação Folha), documentacao.senior.com.br
    // (HCM, Situações: trabalhando, afastado, férias, ativo, desligado); the others own knowledge.
    Country {
        headers: &[
            (
                Email,
                10,
                "E-mail corporativo | E-mail profissional | E-mail comercial | Email corporativo | E-mail da empresa | E-mail institucional",
            ),
            (Email, 15, "Endereço de e-mail | Correio eletrônico | Correio eletrónico"),
            (AlternateEmail, 20, "E-mail pessoal | Email pessoal | E-mail particular"),
            (
                EmployeeNumber,
                10,
                "Matrícula | Nº matrícula | Número de matrícula | Matrícula do funcionário | Código do funcionário | Registro do empregado | Número do funcionário | Nº mecanográfico | Número mecanográfico | Chapa | Código do colaborador | ID do colaborador",
            ),
            (Name, 10, "Funcionário | Nome do funcionário | Nome do colaborador | Colaborador(a) | Nome social"),
            (FamilyName, 10, "Sobrenome | Último nome"),
            (GivenName, 10, "Primeiro nome | Nome próprio"),
            (Title, 20, "Função | Título do cargo | Descrição do cargo | Cargo/Função"),
            (Department, 10, "Setor | Centro de custo | Lotação | Diretoria | Área de atuação"),
            (Location, 10, "Local de trabalho | Unidade | Filial | Estabelecimento"),
            (Phone, 15, "Telefone | Telefone celular | Telemóvel | Celular corporativo | Telefone comercial"),
            (Status, 10, "Situação | Situação funcional | Situação da folha | Status do colaborador | Situação do funcionário"),
            (Enabled, 10, "Ativo"),
            (HireDate, 10, "Data de admissão | Data admissão | Admissão | Dt. admissão | Data de início | Data de contratação"),
            (
                TerminationDate,
                10,
                "Data de demissão | Data demissão | Demissão | Dt. demissão | Data de desligamento | Data desligamento | Data de rescisão | Data rescisão | Data de saída | Data de afastamento definitivo | Último dia trabalhado | Último dia de trabalho",
            ),
            (TerminationDate, 50, "Data de término do contrato | Fim do contrato"),
            (ManagerEmail, 10, "E-mail do gestor | E-mail do gerente | Email do gestor"),
            (ManagerName, 10, "Gestor | Gestor imediato | Chefia imediata | Superior imediato | Líder | Gerente"),
            (UserType, 10, "Tipo de contrato de trabalho | Vínculo | Categoria do trabalhador"),
        ],
        words: &[
            (
                ACTIVE,
                "ativo | ativa | trabalhando | em atividade | admitido | admitida | em exercício | normal | efetivo | efetiva | em experiência",
            ),
            (
                LEAVE,
                "afastado | afastada | afastamento | férias | em férias | licença | em licença | licença maternidade | licença-maternidade | auxílio-doença | licenciado",
            ),
            (
                TERMINATED,
                "demitido | demitida | desligado | desligada | rescindido | rescisão | dispensado | dispensada | aposentado | aposentada | falecido | falecida | encerrado | exonerado",
            ),
            (SUSPENDED, "suspenso | suspensa | bloqueada"),
            (PREHIRE, "a admitir | em admissão | pré-admissão"),
        ],
        inactive: "inativo | inativa",
        never: "Data de nascimento | Nascimento | Salário | CPF | PIS | NIF",
    },
    // Italy. Zucchetti and TeamSystem (own knowledge), wiki.aetyca.it (nome, cognome, email, mansione), tiberbit.com (Cognome, Nome,
    // Matricola, data di assunzione, reparto).
    Country {
        headers: &[
            (
                Email,
                10,
                "Email aziendale | E-mail aziendale | Posta elettronica aziendale | Indirizzo email aziendale | Mail aziendale | Email di lavoro",
            ),
            (Email, 15, "Indirizzo mail | Indirizzo email | Posta elettronica | Indirizzo di posta elettronica"),
            (AlternateEmail, 20, "Email personale | E-mail personale | Email privata"),
            (
                EmployeeNumber,
                10,
                "Numero matricola | N. matricola | Matricola dipendente | Codice dipendente | Numero dipendente | ID dipendente | Cod. dipendente | Numero personale",
            ),
            (Name, 10, "Dipendente | Nominativo | Nome e cognome | Cognome e nome | Cognome nome | Nome cognome"),
            (Title, 20, "Ruolo | Posizione | Incarico | Qualifica professionale"),
            (Department, 10, "Ufficio | Unità organizzativa | Settore | Area aziendale | Direzione"),
            (Location, 10, "Sede | Luogo di lavoro | Stabilimento | Filiale"),
            (Phone, 15, "Cellulare | Cellulare aziendale | Telefono aziendale"),
            (Status, 10, "Stato dipendente | Stato rapporto | Situazione | Stato del rapporto di lavoro | Stato"),
            (Enabled, 10, "Attivo"),
            (HireDate, 10, "Data assunzione | Data inizio rapporto | Data di inizio | Assunto il"),
            (
                TerminationDate,
                10,
                "Data cessazione | Data di fine rapporto | Data fine rapporto | Data uscita | Data di uscita | Data licenziamento | Data dimissioni | Data di dimissioni | Ultimo giorno di lavoro | Ultimo giorno lavorativo | Cessato il",
            ),
            (TerminationDate, 50, "Data fine contratto | Scadenza contratto"),
            (ManagerEmail, 10, "Email responsabile | Email del responsabile | E-mail responsabile"),
            (ManagerName, 10, "Responsabile diretto | Superiore | Capo"),
            (UserType, 10, "Tipo contratto | Tipo di contratto | Tipologia contratto | Tipo rapporto"),
        ],
        words: &[
            (ACTIVE, "attiva | in forza | in servizio | assunto | assunta | dipendente | in prova | in carico"),
            (
                LEAVE,
                "aspettativa | in aspettativa | maternità | in maternità | congedo | in congedo | malattia lunga | paternità | congedo parentale",
            ),
            (
                TERMINATED,
                "cessata | licenziato | licenziata | dimesso | dimessa | dimissionario | dimissionaria | pensionato | pensionata | in pensione | non in forza | uscito | uscita | deceduto",
            ),
            (SUSPENDED, "sospeso | sospesa | disattivato | disabilitato | bloccato"),
            (PREHIRE, "in ingresso | assunzione futura | da assumere"),
        ],
        inactive: "inattiva | non attivo",
        never: "Data di nascita | Data nascita | Nato il | Codice fiscale | Stipendio | Retribuzione",
    },
    // The Netherlands and Flanders. github.com/Tools4everBV/HelloID-Conn-Prov-Source-AFAS-Profit (Medewerkernummer, persoonsnummer),
    // AFAS Profit and Visma Raet (Datum in dienst, Datum uit dienst, E-mail werk; own knowledge).
    Country {
        headers: &[
            (
                Email,
                10,
                "E-mail werk | Werk e-mail | Zakelijk e-mailadres | E-mail zakelijk | Zakelijke e-mail | E-mailadres werk | Werk e-mailadres",
            ),
            (Email, 15, "Mailadres | E-mail adres"),
            (AlternateEmail, 20, "E-mail privé | Privé e-mail | Privé e-mailadres | E-mailadres privé"),
            (
                EmployeeNumber,
                10,
                "Medewerkernummer | Medewerkersnummer | Medewerker ID | Personeelsnr | Personeelsnr. | Werknemersnummer | Werknemernummer | Persoonsnummer | Medewerkercode | Stamnummer",
            ),
            (Name, 10, "Medewerker | Naam medewerker | Werknemer | Volledige naam medewerker | Weergavenaam"),
            (GivenName, 10, "Roepnaam | Voornamen"),
            (FamilyName, 10, "Familienaam | Geslachtsnaam"),
            (Title, 20, "Functietitel | Functienaam | Functieomschrijving | Functiebenaming"),
            (Department, 10, "Organisatorische eenheid | Organisatie-eenheid | OE | Team/afdeling | Dienst"),
            (Location, 10, "Locatie | Vestiging | Standplaats | Werkplek"),
            (Phone, 15, "Telefoonnummer | Mobiel | Mobiel nummer | Telefoon werk | Mobiel werk | GSM"),
            (Status, 10, "Dienstverbandstatus | Medewerkerstatus | Status dienstverband"),
            (Enabled, 10, "Actief"),
            (
                HireDate,
                10,
                "In dienst | Indiensttreding | Datum indiensttreding | Indienstdatum | Datum in dienst treding | Begindatum dienstverband | In dienst per",
            ),
            (
                TerminationDate,
                10,
                "Uit dienst | Uitdiensttreding | Datum uitdiensttreding | Uitdienstdatum | Einddatum dienstverband | Laatste werkdag | Uit dienst per",
            ),
            (TerminationDate, 50, "Einddatum contract | Contract einddatum | Einde contract"),
            (ManagerEmail, 10, "E-mail leidinggevende | E-mail manager | E-mailadres leidinggevende"),
            (ManagerName, 10, "Manager/leidinggevende | Direct leidinggevende"),
            (UserType, 10, "Soort dienstverband | Type medewerker | Soort medewerker | Contractvorm"),
        ],
        words: &[
            (ACTIVE, "actief | werkzaam | in dienstverband | proeftijd"),
            (
                LEAVE,
                "verlof | met verlof | ouderschapsverlof | zwangerschapsverlof | onbetaald verlof | langdurig ziek | tijdskrediet",
            ),
            (
                TERMINATED,
                "uitdienst | uit dienst getreden | ontslagen | vertrokken | gepensioneerd | met pensioen | beëindigd | overleden | oud-medewerker",
            ),
            (SUSPENDED, "geblokkeerd | gedeactiveerd | geschorst"),
            (PREHIRE, "nog niet in dienst | toekomstig | in dienst per"),
        ],
        inactive: "inactieve | niet actief",
        never: "Geboortedatum | BSN | Burgerservicenummer | Rijksregisternummer | Salaris",
    },
    // Poland. support.tomhrm.com (Imię, Nazwisko, stanowisko, status zatrudnienia: zatrudniony, status aktywności: aktywny), Comarch
    // Optima and enova365 (own knowledge).
    Country {
        headers: &[
            (Email, 10, "E-mail służbowy | Adres e-mail służbowy | Służbowy adres e-mail | Email służbowy | Mail służbowy"),
            (Email, 15, "Adres e-mail | Adres email | Adres mailowy | Adres poczty elektronicznej"),
            (AlternateEmail, 20, "E-mail prywatny | Email prywatny | Prywatny adres e-mail"),
            (
                EmployeeNumber,
                10,
                "Numer pracownika | Nr pracownika | Numer ewidencyjny | Nr ewidencyjny | Kod pracownika | Numer kadrowy | Numer osobowy | Akronim | ID pracownika | Nr osobowy",
            ),
            (Name, 10, "Pracownik | Imię i nazwisko | Nazwisko i imię | Nazwa wyświetlana"),
            (GivenName, 10, "Imię | Imiona"),
            (FamilyName, 10, "Nazwisko"),
            (Title, 20, "Stanowisko | Stanowisko pracy | Nazwa stanowiska"),
            (Department, 10, "Dział | Wydział | Jednostka organizacyjna | Komórka organizacyjna | Departament"),
            (Location, 10, "Miejsce pracy | Lokalizacja | Oddział | Biuro"),
            (Phone, 15, "Numer telefonu | Telefon służbowy | Telefon komórkowy | Komórka"),
            (Status, 10, "Status zatrudnienia | Status pracownika | Stan zatrudnienia | Status aktywności"),
            (Enabled, 10, "Aktywny | Czy aktywny"),
            (
                HireDate,
                10,
                "Data zatrudnienia | Data przyjęcia | Data rozpoczęcia pracy | Zatrudniony od | Data rozpoczęcia zatrudnienia",
            ),
            (
                TerminationDate,
                10,
                "Data zwolnienia | Data zakończenia pracy | Data zakończenia zatrudnienia | Data rozwiązania umowy | Data odejścia | Ostatni dzień pracy | Zatrudniony do | Data ustania zatrudnienia",
            ),
            (TerminationDate, 50, "Data końca umowy | Koniec umowy | Data zakończenia umowy"),
            (ManagerEmail, 10, "E-mail przełożonego | Email przełożonego | Adres e-mail przełożonego"),
            (ManagerName, 10, "Przełożony | Bezpośredni przełożony | Kierownik"),
            (UserType, 10, "Rodzaj umowy | Typ umowy | Forma zatrudnienia"),
        ],
        words: &[
            (
                ACTIVE,
                "aktywny | aktywna | zatrudniony | zatrudniona | pracuje | w zatrudnieniu | okres próbny | w okresie wypowiedzenia",
            ),
            (
                LEAVE,
                "urlop | na urlopie | urlop bezpłatny | urlop macierzyński | urlop wychowawczy | urlop rodzicielski | zwolnienie lekarskie | długotrwała nieobecność",
            ),
            (
                TERMINATED,
                "zwolniony | zwolniona | odszedł | odeszła | były pracownik | niezatrudniony | niezatrudniona | emerytura | emeryt | emerytka | umowa rozwiązana | zakończony | zakończona",
            ),
            (SUSPENDED, "zablokowany | zablokowana | zawieszony | zawieszona | dezaktywowany"),
            (PREHIRE, "przyszły pracownik | planowany | do zatrudnienia"),
        ],
        inactive: "nieaktywny | nieaktywna",
        never: "Data urodzenia | PESEL | Wynagrodzenie | NIP",
    },
    // Sweden, Denmark, Norway, Finland. stratsys.com (Förnamn, Efternamn, Anställningsdatum), kundtorg.hogia.se (anställningsnummer),
    // bluegarden.zendesk.com (medarbejder), support.evity.hr (jobbmejladress); the others own knowledge (Visma, Sympa, Mepco).
    Country {
        headers: &[
            (
                Email,
                10,
                "E-post arbete | Jobbmejl | Jobbmejladress | Jobbmail | E-post jobb | Arbejdsmail | E-mail arbejde | E-post arbeid | Jobb e-post | Työsähköposti",
            ),
            (
                Email,
                15,
                "E-post | E-postadress | Epost | Mejladress | Mejl | E-mailadresse | E-postadresse | Mailadresse (arbejde) | Sähköposti | Sähköpostiosoite",
            ),
            (AlternateEmail, 20, "Privat e-post | E-post privat | Privat mejl | Privat e-mail | E-mail privat"),
            (
                EmployeeNumber,
                10,
                "Anställningsnummer | Anst.nr | Anställningsnr | Anställnings-ID | Medarbetarnummer | Medarbejdernummer | Medarbejder-nr. | Medarbejdernr | Lønnummer | Lønnr. | Ansattnummer | Ansattnr | Ansattnr. | Ansatt-ID | Henkilönumero | Työntekijänumero | Henkilöstönumero",
            ),
            (
                Name,
                10,
                "Medarbetare | Anställd | Fullständigt namn | Namn | Medarbejder | Fulde navn | Navn | Ansatt | Fullt navn | Työntekijä | Nimi | Koko nimi",
            ),
            (GivenName, 10, "Förnamn | Tilltalsnamn | Fornavn | Etunimi | Kutsumanimi"),
            (FamilyName, 10, "Efternamn | Efternavn | Etternavn | Sukunimi"),
            (
                Title,
                20,
                "Befattning | Titel | Yrkestitel | Roll | Stilling | Stillingsbetegnelse | Stillingstittel | Tittel | Tehtävänimike | Nimike | Työtehtävä",
            ),
            (Department, 10, "Avdelning | Enhet | Avdeling | Organisationsenhed | Osasto | Yksikkö | Tulosyksikkö"),
            (
                Location,
                10,
                "Placeringsort | Arbetsplats | Kontor | Arbejdssted | Arbeidssted | Lokation | Toimipiste | Toimipaikka",
            ),
            (
                Phone,
                15,
                "Telefonnummer jobb | Mobilnummer jobb | Mobil | Mobilnr | Telefoninumero | Puhelin | Puhelinnumero | Matkapuhelin",
            ),
            (Status, 10, "Anställningsstatus | Ansættelsesstatus | Ansettelsesstatus | Medarbejderstatus | Työsuhteen tila | Tila"),
            (Enabled, 10, "Aktiv"),
            (
                HireDate,
                10,
                "Anställningsdatum | Anställd från | Startdatum | Tillträdesdatum | Ansættelsesdato | Ansat fra | Startdato | Tiltrædelsesdato | Ansettelsesdato | Ansatt fra | Työsuhteen alkamispäivä | Työsuhteen alku | Aloituspäivä",
            ),
            (
                TerminationDate,
                10,
                "Slutdatum | Avgångsdatum | Anställd till | Anställningens slutdatum | Sista arbetsdag | Sista anställningsdag | Fratrædelsesdato | Fratrådt | Slutdato | Sidste arbejdsdag | Ansat til | Sluttdato | Fratredelsesdato | Siste arbeidsdag | Ansatt til | Työsuhteen päättymispäivä | Työsuhteen loppu | Päättymispäivä | Viimeinen työpäivä",
            ),
            (
                ManagerEmail,
                10,
                "Chefens e-post | Chef e-post | Leders e-mail | Leders e-post | Esimiehen sähköposti | Esihenkilön sähköposti",
            ),
            (ManagerName, 10, "Chef | Närmaste chef | Leder | Nærmeste leder | Esimies | Esihenkilö"),
            (UserType, 10, "Anställningsform | Anställningstyp | Ansættelsestype | Ansettelsestype | Työsuhteen tyyppi"),
        ],
        words: &[
            (
                ACTIVE,
                "anställd | i tjänst | provanställd | tillsvidareanställd | ansat | ansatt | i arbejde | i arbeid | aktiivinen | työsuhteessa | voimassa | työssä",
            ),
            (
                LEAVE,
                "tjänstledig | föräldraledig | ledig | sjukskriven | långtidssjukskriven | orlov | på orlov | barsel | på barsel | permisjon | i permisjon | foreldrepermisjon | sykmeldt | virkavapaalla | vapaalla | perhevapaalla | vanhempainvapaa | opintovapaa",
            ),
            (
                TERMINATED,
                "slutat | avslutad | avgången | uppsagd | pensionerad | tidligere ansat | fratrådt | opsagt | ophørt | afskediget | pensioneret | sluttet | oppsagt | pensjonert | fratrådt | päättynyt | eronnut | irtisanottu | eläkkeellä | irtisanoutunut",
            ),
            (SUSPENDED, "avstängd | spärrad | suspenderet | suspendert | blokeret | estetty"),
            (PREHIRE, "kommande | ej påbörjad | kommende | ikke startet | tuleva | alkaa myöhemmin"),
        ],
        inactive: "ej aktiv | ikke aktiv | epäaktiivinen | ei aktiivinen",
        never: "Födelsedatum | Personnummer | Fødselsdato | Fødselsdag | CPR-nummer | Fødselsnummer | Syntymäaika | Henkilötunnus | Lön | Løn | Lønn | Palkka",
    },
    // India. schemas.apis.io/schemas/zoho-people (EmployeeID, EmailID, DateofJoining, ReportingTo, EmployeeStatus, Designation),
    // docs.keka.com (Employee No, Date of Joining, Last Working Day), support.synergita.com (4000194210: Employee Number, Date of
    // Relieving, Relieving Date), retailcloud.atlassian.net (JoiningDate, LeavingDate; Active, Resigned); the others own knowledge
    // (greytHR, Darwinbox).
    Country {
        headers: &[
            (
                Email,
                10,
                "Official Email | Official Email ID | Official Mail ID | Office Email | Office Email ID | Company Email ID | Work Email ID | Official E-mail | Official Email Address",
            ),
            (Email, 15, "Email ID | EmailID | E-mail ID | Mail ID | Mail Id | Email Id 1 | Employee Email ID | Mail Address"),
            (AlternateEmail, 20, "Personal Email ID | Personal Mail ID | Personal Email Address"),
            (
                EmployeeNumber,
                10,
                "Employee Code | Emp Code | EmpCode | ECN | Emp. Code | Emp. No. | Emp. ID | EmployeeID | Staff Code | Staff No | Staff No. | Works No | Works Number | Payroll No | Payroll No. | Pay Number | Personnel Code",
            ),
            (Name, 10, "Emp Name | Name of Employee | Name of the Employee | Associate Name"),
            (Title, 20, "Designation | Designation Name | Role Name | Job Role | Grade/Designation"),
            (Department, 10, "Dept Name | Department/Function | Function Name | Business Unit"),
            (Location, 10, "Work Place | Branch | Base Location | Job Location | Office Location Name"),
            (Phone, 10, "Mobile Number | Contact Number | Contact No | Phone No"),
            (
                HireDate,
                10,
                "Date of Join | DOJ | Joining Date | Date Joined | Join Date | Hiring Date | Date Hired | Date of Hire | Commencement Date | Date Started",
            ),
            (
                TerminationDate,
                10,
                "Date of Leaving | DOL | Date of Exit | DOE | Leaving Date | Leave Date | Leaver Date | Date Left | Date of Relieving | Relieving Date | Relieved Date | Exit Date | Separation Date | Date of Separation | Term Date | Termination Effective Date | Last Day Worked | Last Working Date | LWD | Last Date Worked | Last Date of Employment | Last Day of Employment | End of Employment | Date of Departure | Departure Date | Effective Termination Date | Off-boarding Date | Offboarding Date | Actual Termination Date",
            ),
            (TerminationDate, 20, "Date of Resignation | Resignation Date"),
            (ManagerEmail, 10, "Reporting Manager Email | Reporting Manager Email ID | Manager Email ID | L1 Manager Email"),
            (ManagerName, 10, "Reporting Manager | Reporting Manager Name | L1 Manager | Line Manager"),
            (UserType, 10, "Employment Category | Employee Category | Employee Class"),
            (Status, 10, "Employee Exit Status | Current Status | Working Status"),
        ],
        words: &[
            (
                ACTIVE,
                "confirmed | in service | existing | live | under notice | serving notice period | in probation | under probation | trainee | joined",
            ),
            (LEAVE, "long leave | on long leave | maternity leave (paid) | onleave"),
            (
                TERMINATED,
                "relieved | absconded | absconding | exit | attrited | not in service | superannuated | resigned and left | full and final done | left the organisation | left the organization",
            ),
            (PREHIRE, "yet to join | to be joined | offered | future joiner"),
        ],
        inactive: "in-active | not active",
        never: "DOB | D.O.B | Date Of Birth | Aadhaar | PAN | UAN | CTC",
    },
    // Japan. knowledge.smarthr.jp (社員番号, 姓, 名; 在籍状況: 在籍中, 休職中, 退職済), support.yayoi-kk.co.jp (従業員コード, 姓, 名, 所属),
    // jinjer-jinji.zendesk.com (900004695706: 社員番号, 職場氏名(氏), 入社年月日, 退職年月日), support.kincone.com (15147650778137: 従業員番号,
    // 入社日, 退社日); support.freee.co.jp (900004847466: 退職日); the others own knowledge (kaonavi).
    Country {
        headers: &[
            (Email, 10, "会社メールアドレス | 業務用メールアドレス | 社用メールアドレス | 会社用メールアドレス"),
            (Email, 15, "メール | Eメール | E-mailアドレス | 電子メール | メールアドレス1"),
            (AlternateEmail, 20, "個人メールアドレス | 予備メールアドレス | 私用メールアドレス"),
            (
                EmployeeNumber,
                10,
                "従業員番号 | 従業員コード | 社員コード | 社員ID | 社員No | 社員NO | 職員番号 | 社員番号(従業員番号) | 従業員ID",
            ),
            (Name, 10, "名前 | 従業員名 | 社員名 | 表示名 | フルネーム"),
            (FamilyName, 10, "苗字 | 名字 | ビジネスネーム：姓 | 姓(漢字) | 職場氏名(氏)"),
            (GivenName, 10, "ビジネスネーム：名 | 名(漢字) | 職場氏名(名)"),
            (Title, 20, "役職名 | 職位 | 肩書 | 職種"),
            (Department, 10, "部門 | 所属 | 所属部署 | 部署名 | 部門名 | 所属名 | 所属部門"),
            (Location, 10, "事業所 | 勤務先 | 拠点 | オフィス | 事業所名"),
            (Phone, 15, "電話番号 | 携帯電話 | 携帯電話番号 | 会社電話番号"),
            (Status, 10, "在籍状況 | 在籍区分 | 在職区分 | 在籍状態 | 雇用状況 | 状態 | 在職状況"),
            (HireDate, 10, "入社年月日 | 入社日付 | 採用日 | 雇用開始日 | 入職日"),
            (TerminationDate, 10, "退職年月日 | 退職日 | 退社年月日 | 離職日 | 最終出勤日 | 最終出社日 | 雇用終了日 | 退職予定日"),
            (ManagerEmail, 10, "上司メールアドレス | 上長メールアドレス"),
            (ManagerName, 10, "上司 | 上長 | 直属上司 | マネージャー"),
            (UserType, 10, "雇用形態 | 社員区分 | 従業員区分 | 雇用区分"),
        ],
        words: &[
            (ACTIVE, "在籍中 | 在職 | 在職中 | 勤務中 | 就業中 | 試用期間 | 出向 | 出向中"),
            (LEAVE, "休職中 | 休業 | 休業中 | 産休 | 育休 | 産休中 | 育休中 | 育児休業 | 産前産後休業 | 介護休業 | 休暇中"),
            (TERMINATED, "退職済 | 退職済み | 退職者 | 退社 | 退社済 | 離職 | 離職済 | 解雇 | 定年退職 | 死亡退職 | 契約終了"),
            (SUSPENDED, "停止 | 利用停止 | 停止中"),
            (PREHIRE, "入社予定 | 入社前 | 内定 | 内定者"),
        ],
        inactive: "非在籍",
        never: "生年月日 | 誕生日 | 給与 | マイナンバー | 年齢",
    },
];
